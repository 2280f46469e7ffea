/**
 * How long do fold and layout take? The same nets and the same modules as benchmarks/layout.py, in V8.
 *
 * node benchmarks/layout.mjs; prints one line of JSON per net: its name, boxes, and CPU seconds.
 */
import { fold } from "../src/resight/picture/web/fold.js";
import { layOut } from "../src/resight/picture/web/ladder.js";
import { NETS, VIEW } from "./nets.mjs";

for (const [name, make] of Object.entries(NETS)) {
  const payload = make();
  const start = process.cpuUsage();
  const folded = fold(payload, VIEW);
  layOut(folded, VIEW);
  const { user, system } = process.cpuUsage(start);
  console.log(JSON.stringify({ name, boxes: folded.nodes.length, seconds: (user + system) / 1e6 }));
}
