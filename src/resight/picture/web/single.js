/**
 * Modules that are a single step to their reader, although several ops make it: a norm or an activation written by
 * hand, a linear layer with the reshapes around it.
 *
 * @import {Payload} from "./schema.js"
 * @import {Item, Tree} from "./tree.js"
 */

/**
 * Per call, whether it is such a step: it calls no other module, closes no skip, did not fail, and holds no learned
 * layer, or one with nothing but rearranging beside it.
 *
 * @param {Payload} payload
 * @param {Tree} tree
 * @returns {boolean[]}
 */
export function singleSteps({ ops, calls, skips }, tree) {
  const merges = new Set(skips.map((skip) => skip.merge));
  const isPlain = (/** @type {Item} */ item) => item >= 0 && !merges.has(item) && !ops[item].failed;
  return calls.map((_, c) => {
    const items = tree.contents[c];
    if (items.length < 2 || !items.every(isPlain)) return false;
    const layers = items.filter((op) => isLayer(ops[op].group)).length;
    return layers === 0 || (layers === 1 && items.every((op) => ["linear", "shape"].includes(ops[op].group)));
  });
}

/**
 * The learned layer that a single step consists of, or -1.
 *
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {number} call
 */
export function layerOf({ ops }, tree, call) {
  return tree.contents[call].find((item) => item >= 0 && isLayer(ops[item].group)) ?? -1;
}

/** @param {string} group */
function isLayer(group) {
  return group === "linear" || group === "attention";
}
