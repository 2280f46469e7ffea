/**
 * Repeats: neighbouring calls that are alike and feed one another, drawn once as ×N.
 *
 * @import {Payload} from "./schema.js"
 * @import {Tree} from "./tree.js"
 */

/**
 * @typedef {object} Runs
 * @property {number[]} leader  per call: the first of its run, or the call itself
 * @property {number[][]} members  per leading call: all calls of its run; of any other call: itself
 * @property {number[]} twin  per op: the op that is drawn in its place, itself where it is not in a hidden call
 */

/**
 * No repeats at all.
 *
 * @param {Payload} payload
 * @returns {Runs}
 */
export function noRuns(payload) {
  return {
    leader: payload.calls.map((_, c) => c),
    members: payload.calls.map((_, c) => [c]),
    twin: payload.ops.map((_, i) => i),
  };
}

/**
 * All runs of the tree, leaving out calls that the user opened by name.
 *
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {Set<number>} named
 * @returns {Runs}
 */
export function findRuns(payload, tree, named) {
  const runs = noRuns(payload);
  for (const items of tree.contents) {
    for (let i = 1; i < items.length; i++) {
      const [before, call] = [~items[i - 1], ~items[i]];
      if (before < 0 || call < 0 || named.has(before) || named.has(call)) continue;
      if (!areAlike(payload, tree, before, call) || !feeds(payload, tree, before, call)) continue;
      const leader = runs.leader[before];
      runs.leader[call] = leader;
      runs.members[leader].push(call);
    }
  }
  pairTwins(payload, tree, runs);
  return runs;
}

/**
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {number} a
 * @param {number} b
 */
function areAlike({ calls }, { first, last, size }, a, b) {
  const sameOps = last[a] - first[a] === last[b] - first[b] && size[a] === size[b];
  return calls[a].same >= 0 && calls[a].same === calls[b].same && sameOps;
}

/**
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {number} a
 * @param {number} b
 */
function feeds({ ops }, { first, last, shown }, a, b) {
  for (let i = first[b]; i <= last[b]; i++) {
    if (ops[i].inputs.some(([op]) => shown[op] && first[a] <= op && op <= last[a])) return true;
  }
  return false;
}

/**
 * Alike calls run the same ops in the same order, so an op's place in its call names its twin. Calls come
 * before the calls inside them, so that an outer run decides before the runs inside it.
 *
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {Runs} runs
 */
function pairTwins(payload, tree, runs) {
  const { twin } = runs;
  payload.calls.forEach((_, c) => {
    const leader = runs.leader[c];
    if (leader === c) return;
    for (let i = tree.first[c]; i <= tree.last[c]; i++) {
      if (twin[i] === i) twin[i] = tree.first[leader] + i - tree.first[c];
    }
  });
  for (let i = 0; i < twin.length; i++) twin[i] = twin[twin[i]]; // twins run earlier, so theirs are settled
}
