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
    for (const { skip, ops: own } of this.ways) {
      for (const op of [...own, skips[skip].merge]) {
        const list = this.skipsAt.get(op);
        if (list === undefined) this.skipsAt.set(op, [skip]);
        else list.push(skip);
      }
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
    const found = new Set();
    for (let op = first; op <= last; op++) for (const skip of this.skipsAt.get(op) ?? []) found.add(skip);
    return [...found].sort((a, b) => a - b);
  }
}
