import assert from "node:assert/strict";
import { test } from "node:test";
import { fold } from "../../src/resight/picture/web/fold.js";
import { layOut } from "../../src/resight/picture/web/ladder.js";
import { call, op, payload, skip, VIEW } from "./nets.js";

/**
 * @import {SkipArc, View} from "../../src/resight/picture/web/schema.js"
 */

/**
 * A U-Net of so many levels, each with one op on the way down and `up`, `cat` and `conv` on the way up.
 *
 *     x ─ down0 ──────────────────── cat ─ conv
 *           └─ down1 ────── cat ─ conv ─ up
 *                └─ mid ─ up
 *
 * @param {number} levels
 * @param {boolean} inModules  the ops of the way up in a module for each level
 */
function unet(levels, inModules) {
  const calls = [call("", -1)];
  const ops = [op("input", [])];
  /** @type {SkipArc[]} */
  const skips = [];
  const kept = [];
  for (let i = 0; i < levels; i++) kept.push(ops.push(op("down", [ops.length - 1])) - 1);
  ops.push(op("mid", [ops.length - 1]));
  for (const source of kept.reverse()) {
    const c = inModules ? calls.push(call(`up${source}`, 0)) - 1 : 0;
    ops.push(op("up", [ops.length - 1], c));
    ops.push(op("cat", [ops.length - 1, source], c));
    skips.push({ ...skip(source, ops.length - 1, 0), kind: "identity", combine: "concat", long: true });
    ops.push(op("conv", [ops.length - 1], c));
  }
  return payload(ops, calls, skips);
}

/**
 * @param {ReturnType<typeof unet>} net
 * @param {Partial<View>} [view]
 */
function lay(net, view = {}) {
  const folded = fold(net, { ...VIEW, wrap: 0, ...view });
  const scene = layOut(folded, { ...VIEW, wrap: 0, ...view });
  const box = (/** @type {string} */ id) => {
    const found = scene.boxes.find((b) => folded.nodes[b.node].id === id);
    assert.ok(found, id);
    return found;
  };
  return { folded, scene, box, arcs: scene.wires.filter((wire) => wire.look === "concat") };
}

test("long skips run level from the leg that goes down to their merge in the one that goes up", () => {
  const { folded, arcs, box } = lay(unet(4, false));
  assert.equal(arcs.length, 4);
  for (const { points, edges, forks } of arcs) {
    const merge = box(folded.edges[edges[0]].to);
    const [x, y] = points;
    assert.equal(forks, true);
    assert.deepEqual(points.filter((_, i) => i % 2 === 1), points.filter((_, i) => i % 2 === 1).map(() => y));
    assert.ok(x < merge.x);
    assert.deepEqual(points.slice(-2), [merge.x, merge.y + merge.height / 2]);
  }
});

test("one leg runs down, the other up, and the lowest op is in between", () => {
  const { box } = lay(unet(3, false));
  assert.ok(box("op-1").y < box("op-2").y && box("op-2").y < box("op-3").y);
  assert.ok(box("op-5").y > box("op-8").y && box("op-8").y > box("op-11").y);
  assert.equal(box("op-1").x + box("op-1").width / 2, box("op-4").x + box("op-4").width / 2);
  assert.ok(box("op-5").x > box("op-4").x + box("op-4").width);
});

test("an open module in the leg that goes up runs upwards inside, under its title", () => {
  const { scene, box } = lay(unet(3, true));
  const frames = scene.boxes.filter((b) => b.open);
  assert.equal(frames.length, 3);
  assert.ok(box("op-5").y > box("op-6").y && box("op-6").y > box("op-7").y);
  for (const frame of frames) {
    const inside = scene.boxes.filter((b) => b.parent === frame.node);
    assert.ok(inside.every((b) => b.y >= frame.y + 24));
  }
});

test("it bends in a wrapper too, and its value leaves at the wrapper's end", () => {
  const net = unet(3, false);
  const ops = net.ops.map((o) => (o.name === "input" ? o : { ...o, call: 1 }));
  ops.push(op("loss", [ops.length - 1]));
  const wrapped = payload(ops, [call("", -1), call("unet", 0)], net.skips.map((s) => ({ ...s, owner: 1 })));
  const { box } = lay(wrapped);
  assert.ok(box("op-5").x > box("op-4").x + box("op-4").width);
  assert.ok(box(`op-${ops.length - 1}`).y > box("call-1").y + box("call-1").height);
});

test("a single long skip is no U, and one column is one where it is asked for", () => {
  const turns = (/** @type {ReturnType<typeof lay>} */ { scene }) => new Set(scene.boxes.map((b) => b.x + b.width / 2)).size;
  assert.equal(turns(lay(unet(1, false))), 1);
  assert.equal(turns(lay(unet(4, false), { wrap: 1 })), 1);
  assert.equal(turns(lay(unet(4, false))), 2);
});
