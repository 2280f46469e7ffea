/**
 * What of a picture a window shows: a walk over the boxes that meet it, with less detail the farther it is.
 *
 * @import {Box} from "../plan.js"
 * @import {Rectangle} from "./camera.js"
 * @import {Picture} from "./folding.js"
 * @import {Arc, Pieces, Strand} from "./pieces.js"
 */
import { faceOf, outerOf } from "./folding.js";

/** A frame smaller than this is painted as one box, in window pixels. */
const LEAST_FRAME = 5;
/** Wires in a frame smaller than this are left out. */
const LEAST_WIRED = 24;

/**
 * A box that is seen, where its axis and its start lie in the picture, and how many frames are around it.
 *
 * @typedef {{box: Box, axis: number, start: number, depth: number}} Spot
 */

/**
 * Something of a frame's wires, and where the frame lies (`x`, `y` of its axis and start).
 *
 * @template T
 * @typedef {{piece: T, x: number, y: number}} Laid
 */

/**
 * @typedef {object} Seen
 * @property {Spot[]} frames  outer ones first
 * @property {Spot[]} boxes   without boxes in them, or too small to show them
 * @property {Laid<Strand>[]} strands
 * @property {Laid<Arc>[]} arcs
 */

/**
 * @param {Picture} picture
 * @param {Pieces} pieces
 * @param {Rectangle} window  the part of the picture that is looked at
 * @param {number} zoom
 * @returns {Seen}
 */
export function findSeen(picture, pieces, window, zoom) {
  const { root, isDown } = picture;
  /** @type {Seen} */
  const seen = { frames: [], boxes: [], strands: [], arcs: [] };
  /** @type {Spot[]} */
  const waiting = [{ box: root, axis: 0, start: 0, depth: 0 }];
  for (let spot = waiting.pop(); spot !== undefined; spot = waiting.pop()) {
    const { box, axis, start, depth } = spot;
    const isRoot = box.node < 0;
    const inside = isRoot ? depth : depth + 1;
    if (!isRoot) seen.frames.push(spot);
    if (box.length * zoom >= LEAST_WIRED) addWires(seen, pieces.wiresOf(box, inside), window, isDown ? axis : start, isDown ? start : axis);
    const first = waiting.length;
    let last = -1;
    for (let i = 0; i < box.kids.length; i++) {
      const kid = { box: box.kids[i], axis: axis + box.at[i].across, start: start + box.at[i].along, depth: inside };
      const place = outerOf(kid.box, kid.axis, kid.start, isDown);
      if (!meets(place, window)) continue;
      if (kid.box.kids.length > 0 && Math.min(place.width, place.height) * zoom >= LEAST_FRAME) waiting.push(kid);
      else if (isApart(place, zoom, last)) {
        last = place.y * zoom;
        seen.boxes.push(kid);
      }
    }
    reverse(waiting, first);
  }
  return seen;
}

/**
 * Boxes less than a pixel high that share a row of pixels are painted once.
 *
 * @param {Rectangle} place
 * @param {number} zoom
 * @param {number} last  row of the one before
 */
function isApart({ y, height }, zoom, last) {
  return height * zoom >= 1 || Math.abs(y * zoom - last) >= 1;
}

/**
 * @param {Seen} seen
 * @param {{strands: Strand[], arcs: Arc[]}} wires
 * @param {Rectangle} window
 * @param {number} x
 * @param {number} y
 */
function addWires(seen, { strands, arcs }, window, x, y) {
  const moved = { ...window, x: window.x - x, y: window.y - y };
  for (const piece of strands) if (meets(piece.bounds, moved)) seen.strands.push({ piece, x, y });
  for (const piece of arcs) if (meets(piece.bounds, moved)) seen.arcs.push({ piece, x, y });
}

/**
 * @param {Rectangle} a
 * @param {Rectangle} b
 */
function meets(a, b) {
  return a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;
}

/**
 * Turn round the end of a list.
 *
 * @param {unknown[]} list
 * @param {number} first
 */
function reverse(list, first) {
  for (let [i, j] = [first, list.length - 1]; i < j; i++, j--) [list[i], list[j]] = [list[j], list[i]];
}

/**
 * The innermost box at a point of the picture, or null.
 *
 * @param {Picture} picture
 * @param {number} x
 * @param {number} y
 * @returns {Spot | null}
 */
export function boxAt({ root, isDown }, x, y) {
  /** @type {Spot | null} */
  let found = null;
  /** @type {Spot | undefined} */
  let next = { box: root, axis: 0, start: 0, depth: 0 };
  while (next !== undefined) {
    const { box, axis, start, depth } = /** @type {Spot} */ (next);
    next = undefined;
    for (let i = 0; i < box.kids.length && next === undefined; i++) {
      const kid = { box: box.kids[i], axis: axis + box.at[i].across, start: start + box.at[i].along, depth: depth + 1 };
      const face = faceOf(kid.box, kid.axis, kid.start, isDown);
      if (x >= face.x && x <= face.x + face.width && y >= face.y && y <= face.y + face.height) next = kid;
    }
    if (next !== undefined) found = next;
  }
  return found;
}

/**
 * The arc nearest to a point of the picture, if it is nearer than `reach`.
 *
 * @param {Laid<Arc>[]} arcs  those in the window
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 * @returns {Arc | null}
 */
export function arcAt(arcs, x, y, reach) {
  let [found, least] = [/** @type {Arc | null} */ (null), reach];
  for (const { piece, x: dx, y: dy } of arcs) {
    const { points } = piece;
    for (let i = 2; i < points.length; i += 2) {
      const away = fromPiece(x - dx, y - dy, points[i - 2], points[i - 1], points[i], points[i + 1]);
      if (away < least) [found, least] = [piece, away];
    }
  }
  return found;
}

/**
 * How far a point is from a straight piece of a wire, which runs along one of the axes.
 *
 * @param {number} x
 * @param {number} y
 * @param {number} ax
 * @param {number} ay
 * @param {number} bx
 * @param {number} by
 */
function fromPiece(x, y, ax, ay, bx, by) {
  const dx = Math.max(Math.min(ax, bx) - x, x - Math.max(ax, bx), 0);
  const dy = Math.max(Math.min(ay, by) - y, y - Math.max(ay, by), 0);
  return Math.hypot(dx, dy);
}
