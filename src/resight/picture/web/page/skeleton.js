/**
 * The network's residual skeleton: all skips as arcs over one line from input to output, and its modules as bars below.
 *
 * @import {Payload} from "../schema.js"
 */
import { placeFrom } from "../spans.js";
import { lookOf } from "../styles.js";

/**
 * A skip as an arc: from its source to its merge, places in 0 to 1.
 *
 * @typedef {object} Arc
 * @property {number} skip
 * @property {number} from
 * @property {number} to
 * @property {number} height  0 to 1: the longest reach highest
 * @property {string} look
 * @property {boolean} weak
 */

/**
 * A module call as a bar of its level.
 *
 * @typedef {object} Bar
 * @property {number} call
 * @property {number} level  0 for the modules of the model itself
 * @property {number} from
 * @property {number} to
 */

/** Levels of bars, at most: below, everything is thinner than can be seen. */
const LEVELS = 3;

/** Where ops stand on a line from input to output: in execution order, evenly, those left out of pictures together. */
export class Line {
  /** @param {Payload} payload */
  constructor({ ops }) {
    let shown = 0;
    this.orders = ops.map(({ aside }) => (aside ? shown : shown++));
    this.count = Math.max(shown, 1);
  }

  /**
   * @param {number} op
   * @returns {number} 0 to 1, the middle of its share
   */
  placeOf(op) {
    return Math.min((this.orders[op] + 0.5) / this.count, 1);
  }

  /**
   * The op nearest to a place.
   *
   * @param {number} place
   */
  opAt(place) {
    const wanted = Math.min(Math.max(Math.floor(place * this.count), 0), this.count - 1);
    let op = placeFrom(this.orders, wanted);
    // of those left out, which share a place with the next one drawn, the drawn one
    while (this.orders[op + 1] === this.orders[op]) op += 1;
    return op;
  }
}

/**
 * All skips, the longest first, so that short ones are drawn on top.
 *
 * @param {Payload} payload
 * @param {Line} line
 * @returns {Arc[]}
 */
export function arcsOf({ skips }, line) {
  const arcs = skips.map((skip, s) => ({
    skip: s, from: line.placeOf(skip.source[0]), to: line.placeOf(skip.merge), height: 0, look: lookOf(skip), weak: skip.weak,
  }));
  const longest = Math.max(...arcs.map(({ from, to }) => to - from), 1 / line.count);
  for (const arc of arcs) arc.height = Math.sqrt((arc.to - arc.from) / longest);
  return arcs.sort((a, b) => b.to - b.from - (a.to - a.from));
}

/**
 * Modules of the first levels that hold more than one op, as the ranges they run in. A model that is but a wrapper
 * of one module is left out.
 *
 * @param {Payload} payload
 * @param {Line} line
 * @returns {Bar[]}
 */
export function barsOf({ ops, calls }, line) {
  const first = calls.map(() => Infinity);
  const last = calls.map(() => -1);
  ops.forEach(({ call, aside }, i) => {
    if (aside) return;
    for (let c = call; c >= 0; c = calls[c].parent) {
      first[c] = Math.min(first[c], line.orders[i]);
      last[c] = line.orders[i];
    }
  });
  const size = (/** @type {number} */ c) => last[c] - first[c] + 1;
  const levels = calls.map(() => -1);
  /** @type {Bar[]} */
  const bars = [];
  calls.forEach(({ parent }, c) => {
    if (parent < 0 || last[c] < 0) return;
    const isWrapper = size(c) === size(parent) && levels[parent] < 0;
    levels[c] = isWrapper ? -1 : levels[parent] + 1;
    if (levels[c] < 0 || levels[c] >= LEVELS || size(c) < 2) return;
    bars.push({ call: c, level: levels[c], from: first[c] / line.count, to: (last[c] + 1) / line.count });
  });
  return bars;
}

/**
 * The arc nearest to a point, or -1: by how far the point lies from the curve, in the units of the box.
 *
 * @param {Arc[]} arcs
 * @param {number} x
 * @param {number} y        above the line
 * @param {number} width    of the box
 * @param {number} height
 * @param {number} within   no farther than this
 */
export function nearestArc(arcs, x, y, width, height, within) {
  let [best, nearest] = [-1, within];
  for (const { skip, from, to, height: top } of arcs) {
    const [half, middle] = [((to - from) * width) / 2, ((from + to) * width) / 2];
    const [dx, dy] = [(x - middle) / Math.max(half, 1), y / Math.max(top * height, 1)];
    const off = Math.abs(Math.hypot(dx, dy) - 1) * Math.min(Math.max(half, 1), Math.max(top * height, 1));
    if (off <= nearest) [best, nearest] = [skip, off];
  }
  return best;
}
