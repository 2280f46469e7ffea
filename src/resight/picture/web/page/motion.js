/**
 * From one picture to the next: boxes that are in both move to their new places, the rest appears.
 *
 * @import {Rectangle} from "./camera.js"
 * @import {Picture} from "./folding.js"
 * @import {Sheet} from "./paint.js"
 * @import {Pieces} from "./pieces.js"
 * @import {Seen, Spot} from "./seen.js"
 */
import { frameFill } from "../boxes.js";
import { faceOf } from "./folding.js";
import { moveTo, paintBox, paintWires } from "./paint.js";

/** More boxes than this are not moved, but in their new places at once. */
const MOST = 1200;
/** Corners of frames on the way, in pixels of the picture. */
const RADIUS = 9;

/**
 * Where boxes stood, by id.
 *
 * @typedef {Map<string, Rectangle>} Before
 */

/**
 * @param {Picture} picture  the old one
 * @param {Seen} seen        what was seen of it
 * @returns {Before | null}  null where there is too much to move
 */
export function remember({ folded, isDown }, { frames, boxes }) {
  if (frames.length + boxes.length > MOST) return null;
  /** @type {Before} */
  const before = new Map();
  for (const { box, axis, start } of [...frames, ...boxes]) {
    before.set(folded.nodes[box.node].id, faceOf(box, axis, start, isDown));
  }
  return before;
}

/**
 * The same in the coordinates of another picture.
 *
 * @param {Before | null} before
 * @param {{x: number, y: number}} shift
 * @returns {Before | null}
 */
export function shifted(before, { x, y }) {
  return before === null ? null : new Map([...before].map(([id, place]) => [id, { ...place, x: place.x + x, y: place.y + y }]));
}

/**
 * @param {Sheet} sheet
 * @param {Seen} seen    of the new picture
 * @param {Pieces} pieces
 * @param {Before} before
 * @param {number} share  of the way that is done
 */
export function paintMoving(sheet, seen, pieces, before, share) {
  const { context } = sheet;
  const { folded, isDown } = pieces.picture;
  const placeOf = (/** @type {Spot} */ spot) => before.get(folded.nodes[spot.box.node].id);
  for (const spot of seen.frames) {
    const now = faceOf(spot.box, spot.axis, spot.start, isDown);
    paintFrame(sheet, between(placeOf(spot) ?? now, now, share), pieces, spot.depth);
  }
  context.globalAlpha = share;
  paintWires(sheet, seen, pieces);
  for (const spot of seen.boxes) {
    const now = faceOf(spot.box, spot.axis, spot.start, isDown);
    const was = placeOf(spot);
    context.globalAlpha = was === undefined ? share : 1;
    const [dx, dy] = was === undefined ? [0, 0] : [middle(was.x, was.width) - middle(now.x, now.width), was.y - now.y];
    const [ax, ay] = [Math.round(dx * (1 - share)), Math.round(dy * (1 - share))];
    paintBox(sheet, { ...spot, axis: spot.axis + (isDown ? ax : ay), start: spot.start + (isDown ? ay : ax) }, pieces);
  }
  context.globalAlpha = 1;
}

/**
 * @param {Sheet} sheet
 * @param {Rectangle} place
 * @param {Pieces} pieces
 * @param {number} depth
 */
function paintFrame(sheet, { x, y, width, height }, { theme }, depth) {
  const { context } = sheet;
  moveTo(sheet, x, y);
  context.setLineDash([]);
  context.beginPath();
  context.roundRect(0, 0, width, height, RADIUS);
  context.fillStyle = frameFill(theme, depth);
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = theme.frameLine;
  context.stroke();
}

/**
 * @param {Rectangle} from
 * @param {Rectangle} to
 * @param {number} share
 * @returns {Rectangle}
 */
function between(from, to, share) {
  const mix = (/** @type {number} */ a, /** @type {number} */ b) => a + (b - a) * share;
  return { x: mix(from.x, to.x), y: mix(from.y, to.y), width: mix(from.width, to.width), height: mix(from.height, to.height) };
}

/**
 * @param {number} start
 * @param {number} length
 */
function middle(start, length) {
  return start + length / 2;
}
