/**
 * The forward pass as steps over what a picture shows: a closed module is one step, an open one as many as are in it.
 *
 * @import {Picture} from "./folding.js"
 * @import {Model} from "./model.js"
 */
import { nameOf } from "./model.js";

/**
 * @typedef {object} Step
 * @property {string} id     what runs: a box, or an op that a box of one like it stands for
 * @property {number} first  its first and its last op
 * @property {number} last
 */

/**
 * @param {Pick<Picture, "folded" | "nodeOf">} picture
 * @param {Pick<Model, "spanOf">} model
 * @returns {Step[]}  in execution order
 */
export function stepsOf({ folded, nodeOf }, model) {
  /** @type {Step[]} */
  const steps = [];
  let before = -1;
  nodeOf.forEach((node, op) => {
    if (node < 0) return;
    if (node === before) steps[steps.length - 1].last = op;
    else steps.push({ id: folded.nodes[node].id, first: op, last: op });
    before = node;
  });
  return steps.map((step) => (isOwn(step, model) ? step : { ...step, id: `op-${step.last}` }));
}

/**
 * Whether a box stands for the ops of a step themselves: alike modules are drawn once.
 *
 * @param {Step} step
 * @param {Pick<Model, "spanOf">} model
 */
function isOwn({ id, first, last }, model) {
  const [kind, at] = nameOf(id);
  if (kind !== "call") return kind !== "op" || (first <= at && at <= last);
  const [from, to] = model.spanOf(at);
  return from <= first && first <= to;
}

/**
 * The position of the step that an op is in, or of the next one; -1 for no op.
 *
 * @param {Step[]} steps
 * @param {number} op
 */
export function placeOf(steps, op) {
  if (op < 0) return -1;
  const place = steps.findIndex(({ last }) => last >= op);
  return place < 0 ? steps.length - 1 : place;
}
