/**
 * Sizes of boxes before they are placed.
 *
 * Layout happens on two axes: `across` the flow and `along` it. Drawn downwards these are x and y; drawn
 * to the right they change places, and a box is as long as its text is wide.
 *
 * @import {FoldedNode} from "./fold.js"
 */
import { fitText, textWidth } from "./measure.js";
import * as space from "./spacing.js";

/** Font sizes of a box's title and of its shape, in pixels. */
export const TITLE_SIZE = 12;
export const SHAPE_SIZE = 11;
/** Size of the number at a loop. */
export const NUMBER_SIZE = 11;
/** Between a loop and its number, or a number and the next loop, in pixels. */
const NUMBER_GAP = 4;
/** Between a title and its detail, in pixels. */
export const WORD_GAP = 6;

/**
 * A box about its axis: `left` and `right` of it, `length` along the flow. `face` is the part that is
 * drawn; loops, and outlines behind a repeat, stand outside of it.
 *
 * @typedef {object} Size
 * @property {number} left
 * @property {number} right
 * @property {number} length
 * @property {{left: number, right: number, length: number}} face
 */

/**
 * @param {FoldedNode} node
 */
export function isMerge(node) {
  return node.merge !== "" && !node.open;
}

/**
 * Whether a box shows its shape on a second line.
 *
 * @param {FoldedNode} node
 */
export function hasShapeLine(node) {
  return node.reshaped && node.shape !== "" && node.kind !== "input" && node.kind !== "output";
}

/** Between the words behind a title. */
const APART = "  ";
const APART_WIDTH = textWidth(APART, TITLE_SIZE, 400);
/** Least width a title or a detail is cut to, in pixels: less says nothing, and a detail is rather left out. */
const LEAST_WORD = 56;

/**
 * Title and what stands behind it, in a room: how often a box repeats, its detail, and of an input or an output its
 * shape. Where the room is short the title gives way, then the detail; a number or a shape is never cut.
 *
 * @param {FoldedNode} node
 * @param {number} room  in pixels
 * @returns {{title: string, behind: string}}
 */
export function wordsIn(node, room) {
  const [times, shape] = [timesOf(node), shapeBehind(node)];
  const kept = widthBehind(times, shape);
  const title = fitText(node.title, TITLE_SIZE, 600, room - kept);
  const left = room - textWidth(title, TITLE_SIZE, 600) - kept - (kept === 0 ? WORD_GAP : APART_WIDTH);
  const detail = fitText(node.detail, TITLE_SIZE, 400, left);
  const isCutShort = detail !== node.detail && textWidth(detail, TITLE_SIZE, 400) < LEAST_WORD;
  return { title, behind: [times, isCutShort ? "" : detail, shape].filter((word) => word !== "").join(APART) };
}

/** @param {FoldedNode} node */
function timesOf({ times, open }) {
  return times > 1 && !open ? `×${times}` : "";
}

/** @param {FoldedNode} node */
function shapeBehind({ kind, shape }) {
  return kind === "input" || kind === "output" ? shape : "";
}

/**
 * Width of the words behind a title, and of what keeps them apart from it.
 *
 * @param {...string} words
 */
function widthBehind(...words) {
  let width = 0;
  for (const word of words) {
    if (word !== "") width += (width === 0 ? WORD_GAP : APART_WIDTH) + textWidth(word, TITLE_SIZE, 400);
  }
  return width;
}

/**
 * @param {FoldedNode} node
 * @param {boolean} isDown
 * @returns {Size}
 */
export function sizeOf(node, isDown) {
  if (isMerge(node)) return withExtras(node, isDown, 2 * space.MERGE_RADIUS, 2 * space.MERGE_RADIUS);
  const height = hasShapeLine(node) ? space.TALL_BOX_HEIGHT : space.BOX_HEIGHT;
  const width = widthOf(node);
  return isDown ? withExtras(node, isDown, width, height) : withExtras(node, isDown, height, width);
}

/**
 * Wide enough for all words, up to a limit; but always for numbers and shapes.
 *
 * @param {FoldedNode} node
 */
function widthOf(node) {
  const title = textWidth(node.title, TITLE_SIZE, 600);
  const shape = hasShapeLine(node) ? textWidth(node.shape, SHAPE_SIZE, 400) : 0;
  const all = Math.max(title + widthBehind(timesOf(node), node.detail, shapeBehind(node)), shape) + 2 * space.BOX_PAD;
  const kept = widthBehind(timesOf(node), shapeBehind(node));
  const least = Math.max(Math.min(title, LEAST_WORD) + kept, shape) + 2 * space.BOX_PAD;
  return Math.max(Math.min(all, space.BOX_MAX), space.BOX_MIN, least);
}

/**
 * @param {FoldedNode} node
 * @param {boolean} isDown
 * @param {number} across
 * @param {number} along
 * @returns {Size}
 */
function withExtras(node, isDown, across, along) {
  const side = Math.ceil(across / 2);
  const length = Math.max(along, loopsLength(node, isDown));
  const face = { left: side, right: side, length };
  return { left: side, right: side + outside(node, isDown), length: length + stackOf(node), face };
}

/**
 * How far the outlines behind a repeat peek out, on the far side and at the end.
 *
 * @param {FoldedNode} node
 */
export function stackOf(node) {
  return node.times > 1 ? 2 * space.STACK : 0;
}

/**
 * Room beside a box: the outlines of a repeat, then loops and, drawn downwards, their numbers.
 *
 * @param {FoldedNode} node
 * @param {boolean} isDown
 */
export function outside(node, isDown) {
  if (node.skips.length === 0) return stackOf(node);
  return stackOf(node) + space.LOOP_BULGE + (isDown ? numberRoom(node) : 4);
}

/**
 * Length of the side that loops need.
 *
 * @param {FoldedNode} node
 * @param {boolean} isDown
 */
function loopsLength(node, isDown) {
  const each = loopStep(node, isDown);
  return node.skips.length === 0 ? 0 : node.skips.length * each + (isDown ? 6 : numberRoom(node));
}

/**
 * From one loop to the next along a box's side.
 *
 * @param {FoldedNode} node
 * @param {boolean} isDown
 */
export function loopStep(node, isDown) {
  return space.LOOP_WIDTH + (isDown ? 4 : numberRoom(node));
}

/**
 * Room for the longest number at a box's loops: numbers are never shortened.
 *
 * @param {FoldedNode} node
 */
export function numberRoom({ skips }) {
  const widths = skips.map(([, , count]) => textWidth(String(count), NUMBER_SIZE, 600) + NUMBER_GAP);
  return Math.max(space.LOOP_NUMBER, ...widths);
}

/**
 * Make a box's face as wide as its neighbours in the column.
 *
 * @param {Size} size
 * @param {number} side  half of the width
 */
export function widen(size, side) {
  const more = side - size.face.left;
  size.left += more;
  size.right += more;
  size.face = { ...size.face, left: side, right: side };
}
