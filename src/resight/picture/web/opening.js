/**
 * Which modules of a picture are open.
 *
 * @import {Payload, View} from "./schema.js"
 * @import {Runs} from "./runs.js"
 * @import {Tree} from "./tree.js"
 */
import { findRuns, noRuns } from "./runs.js";
import { singleSteps } from "./single.js";
import { onlyOp } from "./tree.js";

/** How many boxes a picture may have and still be readable, at the size of a page or a screen. */
export const READABLE_BOXES = 140;

/**
 * @typedef {object} Opening
 * @property {boolean[]} open    per call
 * @property {boolean[]} single  per call: one step to its reader, opened only when asked for
 * @property {Runs} runs
 */

/**
 * @param {Payload} payload
 * @param {View} view
 * @param {Tree} tree
 * @returns {Opening}
 */
export function chooseOpen(payload, view, tree) {
  const named = callsNamed(payload, view, tree);
  const limit = view.depth ?? Infinity;
  const single = singleSteps(payload, tree);
  const isAsked = (/** @type {number} */ c) => c === tree.root || named.has(c);
  const isClosed = (/** @type {number} */ c) => view.depth === null && single[c] && !isAsked(c);
  const byDepth = payload.calls.map((_, c) => tree.inside[c] && !isClosed(c) && (tree.depth[c] < limit || named.has(c)));
  if (view.only !== "") byDepth[tree.root] = true;
  const none = noRuns(payload);
  const all = { open: byDepth, single, runs: none };
  if (countBoxes(tree, all) <= READABLE_BOXES) return all;
  const runs = view.repeats ? findRuns(payload, tree, named) : none;
  return view.depth === null ? openWhileReadable(payload, tree, runs, named, single) : { open: byDepth, single, runs };
}

/**
 * Calls at the paths the user opened, and everything around them.
 *
 * @param {Payload} payload
 * @param {View} view
 * @param {Tree} tree
 * @returns {Set<number>}
 */
function callsNamed(payload, view, tree) {
  const paths = new Set(view.open);
  const named = new Set();
  if (paths.size === 0) return named;
  payload.calls.forEach((call, c) => {
    if (!tree.inside[c] || !paths.has(call.path)) return;
    for (let around = c; around >= 0; around = payload.calls[around].parent) named.add(around);
  });
  return named;
}

/**
 * How many boxes without boxes in them an opening shows.
 *
 * @param {Tree} tree
 * @param {Pick<Opening, "open" | "runs">} opening
 */
function countBoxes(tree, { open, runs }) {
  let count = 0;
  const waiting = [~tree.root];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    if (item >= 0 || !open[~item] || onlyOp(tree, ~item) >= 0) count += 1;
    else for (const child of drawn(tree, runs, ~item)) waiting.push(child);
  }
  return count;
}

/**
 * The children of a call that are drawn: of a run, only its first.
 *
 * @param {Tree} tree
 * @param {Runs} runs
 * @param {number} call
 */
export function drawn(tree, runs, call) {
  return tree.contents[call].filter((item) => item >= 0 || runs.leader[~item] === ~item);
}

/**
 * Level by level, and in a level class by class, the smallest first: blocks of one kind open together or
 * not at all.
 *
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {Runs} runs
 * @param {Set<number>} named
 * @param {boolean[]} single
 * @returns {Opening}
 */
function openWhileReadable(payload, tree, runs, named, single) {
  const open = payload.calls.map((_, c) => c === tree.root || named.has(c));
  let boxes = countBoxes(tree, { open, runs });
  let level = [tree.root];
  while (level.length > 0) {
    for (const { calls, cost } of kindsOf(payload, tree, runs, level.filter((c) => !open[c] && !single[c]))) {
      if (boxes + cost > READABLE_BOXES) continue;
      boxes += cost;
      for (const call of calls) open[call] = true;
    }
    level = level.filter((c) => open[c]).flatMap((c) => containersIn(tree, runs, c));
  }
  return { open, single, runs };
}

/**
 * @param {Tree} tree
 * @param {Runs} runs
 * @param {number} call
 */
function containersIn(tree, runs, call) {
  return drawn(tree, runs, call).filter((item) => item < 0 && onlyOp(tree, ~item) < 0).map((item) => ~item);
}

/**
 * Calls of one level by class, with the number of boxes that opening them adds.
 *
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {Runs} runs
 * @param {number[]} level
 */
function kindsOf(payload, tree, runs, level) {
  /** @type {Map<string, {calls: number[], cost: number}>} */
  const kinds = new Map();
  for (const call of level) {
    const name = payload.calls[call].cls;
    const kind = kinds.get(name) ?? { calls: [], cost: 0 };
    kind.calls.push(call);
    kind.cost += drawn(tree, runs, call).length - 1;
    kinds.set(name, kind);
  }
  return [...kinds.values()].sort((a, b) => a.cost - b.cost || a.calls[0] - b.calls[0]);
}
