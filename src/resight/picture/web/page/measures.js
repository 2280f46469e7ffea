/**
 * What boxes can be coloured by, and each box's number.
 *
 * @import {Model} from "./model.js"
 */
import { lookOf } from "../styles.js";
import { nameOf } from "./model.js";
import { binarySize, duration, number, parameters, quantity, share } from "./numbers.js";
import { numbersOf, secondsOf, valueOf } from "./subject.js";

/**
 * @typedef {object} Measure
 * @property {"even" | "log" | "signed"} scale
 * @property {(model: Model, id: string) => number | null} read  null where it is unknown or makes no sense
 * @property {(value: number) => string} say
 */

/** @type {Record<string, Measure>} */
export const MEASURES = {
  parameters: { scale: "log", read: cost("parameters"), say: parameters },
  flops: { scale: "log", read: cost("flops"), say: (value) => quantity(value, "FLOP") },
  bytes: { scale: "log", read: cost("bytes"), say: binarySize },
  time: { scale: "log", read: timeOf, say: duration },
  mean: { scale: "signed", read: statistic("values", "mean"), say: number },
  zeros: { scale: "even", read: statistic("values", "zeros"), say: share },
  gain: { scale: "even", read: gainOf, say: number },
  gradient: { scale: "log", read: statistic("gradients", "rms"), say: number },
};

/** The names of all ways of colouring; by kind is no measure. */
export const COLOURINGS = ["kind", ...Object.keys(MEASURES)];

/**
 * Which ways of colouring a trace knows anything for.
 *
 * @param {Model} model
 */
export function knownColourings({ facts }) {
  const known = /** @type {Record<string, boolean>} */ ({
    time: facts.ops.some(({ seconds }) => seconds !== null),
    mean: facts.values.length > 0,
    zeros: facts.values.length > 0,
    gain: facts.skips.some(({ gain }) => gain !== null),
    gradient: facts.gradients.length > 0,
  });
  return COLOURINGS.filter((name) => known[name] ?? true);
}

/** Numbers by measure and id, as the same ones are asked for at every fold. @type {Map<string, number | null>} */
const known = new Map();

/**
 * The number of a box as it is drawn closed.
 *
 * @param {Model} model
 * @param {string} measure
 * @param {string} id
 */
export function numberOf(model, measure, id) {
  const key = `${measure} ${id}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const read = MEASURES[measure].read(model, id);
  known.set(key, read);
  return read;
}

/**
 * @param {"parameters" | "flops" | "bytes"} name
 * @returns {Measure["read"]}
 */
function cost(name) {
  return ({ facts }, id) => {
    const [kind, at] = nameOf(id);
    return kind === "call" ? facts.calls[at][name] : kind === "op" ? facts.ops[at][name] : null;
  };
}

/**
 * @param {Model} model
 * @param {string} id
 */
function timeOf(model, id) {
  const [kind, at] = nameOf(id);
  return kind === "call" ? secondsOf(model, at) : kind === "op" ? model.facts.ops[at].seconds : null;
}

/**
 * @param {"values" | "gradients"} kind
 * @param {"mean" | "rms" | "zeros"} name
 * @returns {Measure["read"]}
 */
function statistic(kind, name) {
  return (model, id) => numbersOf(model.facts, valueOf(model, id), kind)?.[name] ?? null;
}

/**
 * The gain of the skip that a merge closes; of a module, of the last skip that closes in it.
 *
 * @param {Model} model
 * @param {string} id
 */
function gainOf(model, id) {
  const [kind, at] = nameOf(id);
  if (kind === "op") return gainAt(model, at);
  if (kind !== "call") return null;
  const [first, last] = model.spanOf(at);
  for (let op = last; op >= Math.max(first, 0); op--) if (model.skipAt.has(op)) return gainAt(model, op);
  return null;
}

/**
 * @param {Model} model
 * @param {number} op
 */
function gainAt({ facts, skipAt }, op) {
  return facts.skips[skipAt.get(op) ?? -1]?.gain ?? null;
}

/**
 * The looks of the skips of a network, in the order they first come.
 *
 * @param {Model} model
 */
export function looksIn({ payload }) {
  return [...new Set(payload.skips.filter(({ weak }) => !weak).map(lookOf))];
}
