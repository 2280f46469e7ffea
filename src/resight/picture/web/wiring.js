/**
 * What of a network's wires is the same however it is folded: made once for all its pictures.
 *
 * @import {Payload} from "./schema.js"
 * @import {Tree} from "./tree.js"
 * @import {Way} from "./ways.js"
 */
import { shortcutReads, waysOf } from "./ways.js";

export class Wiring {
  /**
   * @param {Payload} payload
   * @param {Tree} tree
   */
  constructor(payload, tree) {
    const { ops, calls, skips } = payload;
    /** Per skip. @type {Way[]} */
    this.ways = waysOf(payload, tree, skips.map((_, s) => s));
    this.passing = shortcutReads(payload, this.ways);
    /** Per op: those that read it. @type {number[][]} */
    this.readers = ops.map(() => []);
    /** Per op: how many reads come before its own. @type {number[]} */
    this.firstRead = [];
    /** How many reads there are. */
    this.reads = 0;
    ops.forEach((op, to) => {
      this.firstRead.push(this.reads);
      this.reads += op.inputs.length;
      for (const [from] of op.inputs) if (this.readers[from].at(-1) !== to) this.readers[from].push(to);
    });
    /** Skips by the ops they close at, or whose boxes they mark. @type {Map<number, number[]>} */
    this.skipsAt = new Map();
    /** Skips by the call they belong to. @type {Map<number, number[]>} */
    this.skipsOf = new Map();
    for (const { skip, ops: own } of this.ways) {
      for (const op of [...own, skips[skip].merge]) listIn(this.skipsAt, op, skip);
      listIn(this.skipsOf, skips[skip].owner, skip);
    }
    /** Per call: whether a shortcut of a skip in it leaves it. */
    this.leaks = calls.map(() => false);
    for (const { owner, shortcut } of skips) {
      const isWithin = (/** @type {number} */ c) => shortcut.every((op) => op >= tree.first[c] && op <= tree.last[c]);
      for (let c = owner; c >= 0 && !isWithin(c); c = calls[c].parent) this.leaks[c] = true;
    }
  }

  /**
   * The skips that close at some ops, or mark their boxes, in order.
   *
   * @param {number} first
   * @param {number} last
   */
  skipsAmong(first, last) {
    return among(this.skipsAt, first, last + 1);
  }

  /**
   * The skips of some calls, in order.
   *
   * @param {number} first
   * @param {number} end  behind the last
   */
  skipsWithin(first, end) {
    return among(this.skipsOf, first, end);
  }
}

/**
 * @param {Map<number, number[]>} lists
 * @param {number} key
 * @param {number} value
 */
function listIn(lists, key, value) {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/**
 * @param {Map<number, number[]>} lists
 * @param {number} first
 * @param {number} end
 */
function among(lists, first, end) {
  const found = new Set();
  for (let key = first; key < end; key++) for (const value of lists.get(key) ?? []) found.add(value);
  return [...found].sort((a, b) => a - b);
}
