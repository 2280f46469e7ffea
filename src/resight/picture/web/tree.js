/**
 * What a network consists of, module by module, before anything is folded.
 *
 * @import {Payload, View} from "./schema.js"
 */

/**
 * A child of a module call: an op as its id (`>= 0`), a module call as `~id` (`< 0`).
 *
 * @typedef {number} Item
 */

/**
 * @typedef {object} Tree
 * @property {number} root       the module call that is drawn: 0, or the one `view.only` names
 * @property {boolean[]} shown   per op: inside the root and not left out
 * @property {boolean[]} inside  per call: the root or below it
 * @property {number[]} first    per call: its first op, also of those left out; -1 without any
 * @property {number[]} last     per call: its last op
 * @property {number[]} size     per call: how many of its ops are shown
 * @property {number[]} depth    per call: 0 for the root
 * @property {Item[][]} contents per call: its shown children in execution order
 * @property {Map<number, number[]>} gathered  ops that one box stands for, by their first; see gather.js
 */

/**
 * The tree of the calls and ops that a view shows. Calls without a shown op are not in it.
 *
 * @param {Payload} payload
 * @param {View} view
 * @returns {Tree}
 */
export function growTree(payload, view) {
  const { ops, calls } = payload;
  const root = view.only === "" ? 0 : calls.findIndex((call) => call.path === view.only);
  if (root < 0) throw new Error(`no module call at ${view.only}`);
  const inside = calls.map(() => false);
  const depth = calls.map(() => 0);
  calls.forEach((call, c) => {
    inside[c] = c === root || (call.parent >= 0 && inside[call.parent]);
    if (c !== root && inside[c]) depth[c] = depth[call.parent] + 1;
  });
  const needed = view.everything ? null : opsPicturesNeed(payload);
  const shown = ops.map((op, i) => inside[op.call] && (needed === null || needed[i]));
  const spans = spanCalls(payload, shown);
  return { root, shown, inside, depth, ...spans, contents: listContents(payload, shown, root), gathered: new Map() };
}

/**
 * Per op, whether it is not left out: it is no aside, or without it a skip or an output would hang in the air.
 *
 * @param {Payload} payload
 * @returns {boolean[]}
 */
function opsPicturesNeed(payload) {
  const needed = payload.ops.map((op) => !op.aside);
  for (const skip of payload.skips) {
    needed[skip.source[0]] = needed[skip.merge] = true;
    for (const op of skip.shortcut) needed[op] = true;
  }
  for (const output of payload.outputs) if (!output.aside) needed[output.op] = true;
  return needed;
}

/**
 * @param {Payload} payload
 * @param {boolean[]} shown
 */
function spanCalls(payload, shown) {
  const first = payload.calls.map(() => -1);
  const last = payload.calls.map(() => -1);
  const size = payload.calls.map(() => 0);
  payload.ops.forEach((op, i) => {
    if (first[op.call] < 0) first[op.call] = i;
    last[op.call] = i;
    if (shown[i]) size[op.call] += 1;
  });
  for (let c = payload.calls.length - 1; c > 0; c--) {
    const { parent } = payload.calls[c];
    size[parent] += size[c];
    if (first[c] >= 0 && (first[parent] < 0 || first[c] < first[parent])) first[parent] = first[c];
    last[parent] = Math.max(last[parent], last[c]);
  }
  return { first, last, size };
}

/**
 * @param {Payload} payload
 * @param {boolean[]} shown
 * @param {number} root
 * @returns {Item[][]}
 */
function listContents(payload, shown, root) {
  /** @type {Item[][]} */
  const contents = payload.calls.map(() => []);
  const entered = payload.calls.map(() => false);
  payload.ops.forEach((op, i) => {
    if (!shown[i] || op.name === "input") return;
    contents[op.call].push(i);
    for (let c = op.call; c !== root && !entered[c]; c = payload.calls[c].parent) {
      entered[c] = true;
      contents[payload.calls[c].parent].push(~c);
    }
  });
  return contents;
}

/**
 * The only op of a module call that holds nothing else, or -1. Such a call is drawn as one box.
 *
 * @param {Tree} tree
 * @param {number} call
 */
export function onlyOp(tree, call) {
  const [item, second] = tree.contents[call];
  return second === undefined && item >= 0 ? item : -1;
}
