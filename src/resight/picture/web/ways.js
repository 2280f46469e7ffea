/**
 * Along which reads each skip's shortcut runs.
 *
 * @import {Payload} from "./schema.js"
 * @import {Tree} from "./tree.js"
 */

/**
 * Reads that shortcuts pass through: per reading op, where it has any, per op that is read, the skips.
 *
 * @typedef {(Map<number, number[]> | undefined)[]} Passing
 */

/**
 * The way of a shortcut that is its own: where it leaves the branch, and the ops from there on.
 *
 * @typedef {object} Way
 * @property {number} skip    position in the payload
 * @property {number} start   op
 * @property {number} slot    output of `start`, -1 for any
 * @property {number[]} ops
 */

/**
 * Ops that the branch reads from as well, such as a chunk whose halves part, are not the shortcut's own.
 *
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {number[]} seen
 * @returns {Way[]}
 */
export function waysOf(payload, tree, seen) {
  const readers = readersOf(payload, tree, new Set(seen.flatMap((s) => payload.skips[s].shortcut)));
  return seen.map((skip) => {
    const { merge, source, shortcut } = payload.skips[skip];
    if (shortcut.length === 0) return { skip, start: source[0], slot: source[1], ops: shortcut };
    const own = new Set([...shortcut, merge]);
    const isShared = (/** @type {number} */ op) => (readers.get(op) ?? []).some((reader) => reader < merge && !own.has(reader));
    let first = shortcut.length;
    while (first > 0 && !isShared(shortcut[first - 1])) first -= 1;
    return first === 0
      ? { skip, start: source[0], slot: source[1], ops: shortcut }
      : { skip, start: shortcut[first - 1], slot: -1, ops: shortcut.slice(first) };
  });
}

/**
 * Which shown ops read each of some ops.
 *
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {Set<number>} asked
 */
function readersOf({ ops }, { shown }, asked) {
  /** @type {Map<number, number[]>} */
  const readers = new Map();
  if (asked.size === 0) return readers;
  ops.forEach((op, reader) => {
    if (!shown[reader]) return;
    for (const [from] of op.inputs) if (asked.has(from)) readers.set(from, [...(readers.get(from) ?? []), reader]);
  });
  return readers;
}

/** Shared by the many ways without ops. @type {Set<never>} */
const NOTHING = new Set();

/**
 * The reads along shortcuts: from where each leaves the branch, over its ops, to the merge; and those of the older
 * values that a merge takes past the branch as well, as in a dense block.
 *
 * @param {Payload} payload
 * @param {Way[]} ways
 * @returns {Passing}
 */
export function shortcutReads(payload, ways) {
  /** @type {Passing} */
  const passing = new Array(payload.ops.length).fill(undefined);
  for (const { skip, start, slot, ops } of ways) {
    const { merge, also } = payload.skips[skip];
    const older = also.length === 0 ? NOTHING : new Set(also.map(([from, output]) => `${from} ${output}`));
    const way = ops.length === 0 ? NOTHING : new Set(ops);
    for (let i = 0; i <= ops.length; i++) {
      const to = i < ops.length ? ops[i] : merge;
      for (const read of payload.ops[to].inputs) {
        const from = read[0];
        const starts = from === start && (slot < 0 || read[1] === slot) && (to !== merge || way.size === 0);
        const isOlder = to === merge && older.size > 0 && older.has(`${from} ${read[1]}`);
        if (starts || isOlder || way.has(from)) note(passing, to, from, skip);
      }
    }
  }
  return passing;
}

/**
 * @param {Passing} passing
 * @param {number} to
 * @param {number} from
 * @param {number} skip
 */
function note(passing, to, from, skip) {
  const reads = (passing[to] ??= new Map());
  const through = reads.get(from);
  if (through === undefined) reads.set(from, [skip]);
  else if (!through.includes(skip)) through.push(skip);
}
