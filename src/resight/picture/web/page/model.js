/**
 * The network behind the page: payload and facts, indexed for all views.
 *
 * @import {Payload, View} from "../schema.js"
 * @import {Facts} from "./facts.js"
 */

/**
 * Something that can be selected, in parts: `["op", 12]`.
 *
 * @typedef {["op" | "call" | "skip" | "out" | "in" | "leave" | "", number]} Name
 */

/**
 * @param {string} id
 * @returns {Name}
 */
export function nameOf(id) {
  const [kind, number] = id.split("-");
  return number === undefined ? ["", -1] : [/** @type {Name[0]} */ (kind), Number(number)];
}

/** Everything Python handed over, and what follows from it. */
export class Model {
  /**
   * @param {Payload} payload
   * @param {View} view
   * @param {Facts} facts
   */
  constructor(payload, view, facts) {
    this.payload = payload;
    this.view = view;
    this.facts = facts;
    /** Per call: its calls in execution order. @type {number[][]} */
    this.childrenOf = payload.calls.map(() => []);
    payload.calls.forEach(({ parent }, c) => {
      if (parent >= 0) this.childrenOf[parent].push(c);
    });
    /** Per call: its first and last op, -1 without any. @type {[number, number][]} */
    this.spans = spansOf(payload);
    /** Per op that closes one: the skip. @type {Map<number, number>} */
    this.skipAt = new Map(payload.skips.map((skip, s) => [skip.merge, s]));
  }

  /**
   * Whether an id names something of this network.
   *
   * @param {string} id
   */
  has(id) {
    const [kind, number] = nameOf(id);
    const { ops, calls, skips, outputs } = this.payload;
    const most = { op: ops, call: calls, skip: skips, out: outputs, in: ops, leave: ops, "": [] }[kind];
    return number < most.length && number >= 0;
  }

  /**
   * The first and last op of a call; -1 without any.
   *
   * @param {number} call
   */
  spanOf(call) {
    return this.spans[call];
  }

  /**
   * A call and all around it, innermost first.
   *
   * @param {number} call
   */
  around(call) {
    const calls = [];
    for (let c = call; c >= 0; c = this.payload.calls[c].parent) calls.push(c);
    return calls;
  }

  /**
   * Every op of a skip: source, shortcut, branch and merge.
   *
   * @param {number} skip
   * @returns {number[]}
   */
  opsOf(skip) {
    const { source, shortcut, branch, merge } = this.payload.skips[skip];
    const runs = branch.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
    return [source[0], ...shortcut, ...runs, merge];
  }
}

/**
 * @param {Payload} payload
 * @returns {[number, number][]}
 */
function spansOf({ ops, calls }) {
  const spans = calls.map(() => /** @type {[number, number]} */ ([-1, -1]));
  ops.forEach(({ call }, i) => {
    for (let c = call; c >= 0; c = calls[c].parent) spans[c] = [spans[c][0] < 0 ? i : spans[c][0], i];
  });
  return spans;
}
