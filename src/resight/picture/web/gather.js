/**
 * Ops that a network runs outside of any module: where they are too many to be read, stretches of them become one
 * box each.
 *
 * @import {Payload} from "./schema.js"
 * @import {Item, Tree} from "./tree.js"
 */
import { READABLE_BOXES } from "./opening.js";

/** A root of nothing but ops becomes about so many boxes: none at all would say nothing. */
const STRETCHES = 8;

/**
 * The tree, with stretches of ops in its root gathered if the root alone would show too many boxes. Merges that
 * close a skip, and an op that failed, stay by themselves.
 *
 * @param {Payload} payload
 * @param {Tree} tree
 * @returns {Tree}
 */
export function gatherOps({ ops, skips }, tree) {
  const items = tree.contents[tree.root];
  if (items.length <= READABLE_BOXES) return tree;
  const merges = new Set(skips.map((skip) => skip.merge));
  const isPlain = (/** @type {Item} */ item) => item >= 0 && !merges.has(item) && !ops[item].failed;
  const most = Math.ceil(items.length / STRETCHES);
  /** @type {Map<number, number[]>} */
  const gathered = new Map();
  /** @type {Item[]} */
  const kept = [];
  /** @type {number[]} */
  let stretch = [];
  for (const item of items) {
    if (isPlain(item) && stretch.length > 0 && stretch.length < most) {
      stretch.push(item);
      gathered.set(stretch[0], stretch);
    } else {
      kept.push(item);
      stretch = isPlain(item) ? [item] : [];
    }
  }
  const contents = [...tree.contents];
  contents[tree.root] = kept;
  return { ...tree, contents, gathered };
}
