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
 * @property {number} boxes      boxes without boxes in them that it shows
 * @property {boolean} isLeast   nothing is open but what has to be
 */

/**
 * Everything down to a depth; alike neighbours as one where all would be too many.
 *
 * @param {Payload} payload
 * @param {View} view
 * @param {Tree} tree
 * @param {number} limit  levels
 * @returns {Opening}
 */
export function openToDepth(payload, view, tree, limit) {
  const named = callsNamed(payload, view, tree);
  const open = payload.calls.map((_, c) => tree.inside[c] && (tree.depth[c] < limit || named.has(c)));
  if (view.only !== "") open[tree.root] = true;
  const single = singleSteps(payload, tree);
  const none = noRuns(payload);
  const boxes = countBoxes(tree, { open, runs: none });
  const runs = boxes > READABLE_BOXES && view.repeats ? findRuns(payload, tree, named) : none;
  return { open, single, runs, boxes, isLeast: false };
}

/**
 * As many modules as can be with `most` boxes; alike neighbours as one where not all can be.
 *
 * @param {Payload} payload
 * @param {View} view
 * @param {Tree} tree
 * @param {number} most
 * @returns {Opening}
 */
export function openWithin(payload, view, tree, most) {
  const named = callsNamed(payload, view, tree);
  const single = singleSteps(payload, tree);
  const all = payload.calls.map((_, c) => tree.inside[c] && (!single[c] || c === tree.root || named.has(c)));
  const none = noRuns(payload);
  const boxes = countBoxes(tree, { open: all, runs: none });
  if (boxes <= most) return { open: all, single, runs: none, boxes, isLeast: false };
  return openWhileReadable(payload, tree, view.repeats ? findRuns(payload, tree, named) : none, named, single, most);
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
 * First what holds skips, then the rest: level by level, and in a level class by class, the smallest first, so that
 * blocks of one kind open together or not at all.
 *
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {Runs} runs
 * @param {Set<number>} named
 * @param {boolean[]} single
 * @param {number} most
 * @returns {Opening}
 */
function openWhileReadable(payload, tree, runs, named, single, most) {
  const open = payload.calls.map((_, c) => c === tree.root || named.has(c));
  const least = countBoxes(tree, { open, runs });
  let boxes = least;
  const holds = skipHolders(payload);
  for (const isWanted of [(/** @type {number} */ c) => holds[c], () => true]) {
    let level = [tree.root];
    while (level.length > 0) {
      const closed = level.filter((c) => !open[c] && !single[c] && isWanted(c));
      for (const { calls, cost } of kindsOf(payload, tree, runs, closed)) {
        if (boxes + cost > most) continue;
        boxes += cost;
        for (const call of calls) open[call] = true;
      }
      level = level.filter((c) => open[c]).flatMap((c) => containersIn(tree, runs, c));
    }
  }
  closeWrappers(payload, tree, runs, named, open);
  closeUneven(payload, tree, runs, named, single, open);
  return { open, single, runs, boxes, isLeast: boxes === least };
}

/**
 * Per call, whether a skip is in it.
 *
 * @param {Payload} payload
 */
function skipHolders({ calls, skips }) {
  const holds = calls.map(() => false);
  for (const { owner } of skips) for (let c = owner; c >= 0 && !holds[c]; c = calls[c].parent) holds[c] = true;
  return holds;
}

/**
 * A frame around a single closed module says nothing: the outer one is closed too.
 *
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {Runs} runs
 * @param {Set<number>} named
 * @param {boolean[]} open  changed
 */
function closeWrappers({ calls }, tree, runs, named, open) {
  for (let c = calls.length - 1; c > tree.root; c--) {
    if (!open[c] || named.has(c)) continue;
    const [item, second] = drawn(tree, runs, c);
    if (second === undefined && item < 0 && !open[~item]) open[c] = false;
  }
}

/** Classes that say nothing of what they hold: one of them may be open and another closed. */
const CONTAINERS = ["Sequential", "ModuleList", "ModuleDict"];

/**
 * Blocks of one class open together on all levels: where one stays closed, those that hold no other of their class
 * are closed too.
 *
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {Runs} runs
 * @param {Set<number>} named
 * @param {boolean[]} single
 * @param {boolean[]} open  changed
 */
function closeUneven({ calls }, tree, runs, named, single, open) {
  const closed = new Set();
  const waiting = [tree.root];
  for (const c of waiting) {
    if (open[c]) waiting.push(...containersIn(tree, runs, c));
    else if (!single[c] && !CONTAINERS.includes(calls[c].cls)) closed.add(calls[c].cls);
  }
  const nests = new Set();
  for (let c = calls.length - 1; c > tree.root; c--) {
    for (let around = calls[c].parent; around >= 0; around = calls[around].parent) {
      if (calls[around].cls === calls[c].cls) nests.add(around);
    }
    if (closed.has(calls[c].cls) && !nests.has(c) && !named.has(c)) open[c] = false;
  }
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
