/**
 * Outlines around the boxes that differ from the network beside: as in every other format.
 *
 * @import {Page} from "../page/page.js"
 * @import {Marked} from "./pairing.js"
 */
import { toWindow } from "../page/camera.js";
import { faceOf } from "../page/folding.js";

/** From a box to its outline, in the picture; the outline's width and dashes, in window pixels; as in compare/panel.py. */
const LOOKS = {
  differs: { apart: 5, line: 2.5, dash: [] },
  follows: { apart: 4, line: 1.25, dash: [3, 3] },
};

/** From this zoom on outlines have their full width. */
const FULL = 0.5;

/**
 * @param {Page} page
 * @param {Marked} marked
 */
export function showOutlines({ map }, marked) {
  const [differs, lacks, follows] = [marked.differs, marked.lacks, marked.follows].map((ids) => new Set(ids));
  map.addOverlay(({ context, camera, size, ratio }, { folded, isDown }) => {
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.strokeStyle = map.pieces.theme.alarm;
    for (const { box, axis, start } of [...map.seen.frames, ...map.seen.boxes]) {
      const { id, open } = folded.nodes[box.node];
      const look = (open ? lacks : differs).has(id) ? LOOKS.differs : !open && follows.has(id) ? LOOKS.follows : null;
      if (look === null) continue;
      const face = faceOf(box, axis, start, isDown);
      const { x, y } = toWindow(camera, size, face.x - look.apart, face.y - look.apart);
      const [wide, high] = [face.width, face.height].map((length) => (length + 2 * look.apart) * camera.zoom);
      context.lineWidth = Math.max(look.line * Math.min(camera.zoom / FULL, 1), 1);
      context.setLineDash(look.dash);
      context.beginPath();
      context.roundRect(x, y, wide, high, (6 + look.apart) * camera.zoom);
      context.stroke();
    }
  });
}
