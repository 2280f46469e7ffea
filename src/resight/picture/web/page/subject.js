/**
 * What the panel speaks of: the values and numbers behind something selected.
 *
 * @import {Model} from "./model.js"
 * @import {Facts, MapFacts, ValueFacts} from "./facts.js"
 */
import { nameOf } from "./model.js";

/**
 * One value of the network: output `slot` of `op`.
 *
 * @typedef {[number, number]} Value
 */

/**
 * The value that something yields: an op its first output, a module what it returned first, a skip what its merge
 * made; null where it returned none.
 *
 * @param {Model} model
 * @param {string} id
 * @returns {Value | null}
 */
export function valueOf({ payload, facts }, id) {
  const [kind, at] = nameOf(id);
  if (kind === "call") return facts.calls[at].outputs[0] ?? null;
  if (kind === "skip") return [payload.skips[at].merge, 0];
  if (kind === "out") return [payload.outputs[at].op, payload.outputs[at].slot];
  return kind === "" ? null : [at, 0];
}

/**
 * The spec of a value, as `f32[1,64,56,56]`.
 *
 * @param {Facts} facts
 * @param {Value} value
 */
export function specOf({ ops }, [op, slot]) {
  return ops[op].outputs[slot] ?? "";
}

/**
 * @param {Facts} facts
 * @param {Value | null} value
 * @param {"values" | "gradients"} kind
 * @returns {ValueFacts | null}
 */
export function numbersOf(facts, value, kind) {
  return value === null ? null : facts[kind][facts.ops[value[0]][kind][value[1]] ?? -1] ?? null;
}

/**
 * @param {Facts} facts
 * @param {Value | null} value
 * @returns {MapFacts | null}
 */
export function mapsOf(facts, value) {
  return value === null ? null : facts.maps[facts.ops[value[0]].maps[value[1]] ?? -1] ?? null;
}

/**
 * Seconds of all ops in a module call, or null where none were recorded.
 *
 * @param {Model} model
 * @param {number} call
 */
export function secondsOf(model, call) {
  const [first, last] = model.spanOf(call);
  let sum = 0;
  for (let op = first; op <= last; op++) {
    const { seconds } = model.facts.ops[op];
    if (seconds === null) return null;
    sum += seconds;
  }
  return first < 0 ? null : sum;
}
