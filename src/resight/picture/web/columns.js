/**
 * Columns beside the spine for side chains, and lanes for what remains: edges over more than one row.
 *
 * @import {Bend} from "./bend.js"
 * @import {Level, Segment} from "./cut.js"
 * @import {Chain, Chains} from "./chains.js"
 * @import {Ranks} from "./ranks.js"
 */

/**
 * A wire down the right side, from one place to one or more others.
 *
 * @typedef {object} Lane
 * @property {number} from        place
 * @property {number[]} segments
 * @property {number} high        lowest row it reaches
 * @property {string} look
 */

/**
 * Give every side chain the innermost column that is free between its rows. Shortcuts prefer the right. Chains as heavy as
 * the spine beside them stand in the order of the code, left of it or right, unless a shortcut needs the right.
 *
 * @param {Chains} chains
 */
export function assignColumns(chains) {
  /** @type {Record<"left" | "right", number[]>} Per column, the last row it is taken on. */
  const ends = { left: [], right: [] };
  const isFree = chains.chains.every(({ look }) => look === "");
  const isBefore = (/** @type {Chain} */ { beside, places }) => isFree && beside > places[0];
  const isAfter = (/** @type {Chain} */ { beside, places }) => isFree && beside >= 0 && beside < places[0];
  // what is before the spine is placed from it outwards
  const turn = (/** @type {Chain} */ chain) => (isBefore(chain) ? -chain.places[0] : chain.places[0]);
  const inOrder = [...chains.chains].sort((a, b) => a.low - b.low || turn(a) - turn(b));
  for (const chain of inOrder) {
    const near = chain.look === "" && !isAfter(chain) ? ends.left : ends.right;
    const far = isBefore(chain) || isAfter(chain) ? near : near === ends.left ? ends.right : ends.left;
    const end = chain.look === "" ? chain.high - 1 : chain.high; // a shortcut may enter its merge from the side
    let q = 0;
    while (isTaken(near, q, chain.low) && isTaken(far, q, chain.low)) q += 1;
    const side = isTaken(near, q, chain.low) ? far : near;
    side[q] = end;
    chain.column = side === ends.right ? q + 1 : -(q + 1);
    for (const place of chain.places) chains.column[place] = chain.column;
  }
}

/**
 * @param {number[]} side
 * @param {number} column
 * @param {number} low
 */
function isTaken(side, column, low) {
  return column < side.length && side[column] > low;
}

/**
 * Group the segments that no chain took: `step` to the next row, or `lane`, one per source and look. A
 * shortcut that comes in through a port has a lane of its own even if it is short, to enter its merge from
 * the side.
 *
 * @param {Level} level
 * @param {Ranks} ranks
 * @param {Chains} chains
 * @param {Bend | null} bend
 * @returns {Lane[]}  short ones first, so that they run inside
 */
export function findLanes({ kids, segments }, { rank }, { role }, bend) {
  for (const s of bend?.spans ?? []) role[s] = "span";
  /** @type {Map<string, Lane>} */
  const lanes = new Map();
  for (let s = 0; s < segments.length; s++) {
    if (role[s] !== "") continue;
    const { a, b, look } = segments[s];
    const isShort = rank[b] - rank[a] <= 1 && (look === "" || a < kids.length);
    role[s] = isShort ? "step" : "lane";
    if (isShort) continue;
    const key = sourceKey(segments[s]);
    let lane = lanes.get(key);
    if (lane === undefined) lanes.set(key, (lane = { from: a, segments: [], high: 0, look }));
    lane.segments.push(s);
    lane.high = Math.max(lane.high, rank[b]);
  }
  const length = (/** @type {Lane} */ lane) => lane.high - rank[lane.from];
  return [...lanes.values()].sort((p, q) => length(p) - length(q) || rank[p.from] - rank[q.from] || p.from - q.from);
}

/**
 * Wires with one key may run over one another: they carry one value, in one look.
 *
 * @param {Segment} segment
 */
export function sourceKey({ a, outPort, look }) {
  return `from ${a} ${outPort} ${look}`;
}

/**
 * Wires with one key end together.
 *
 * @param {Segment} segment
 */
export function targetKey({ b, inPort, look }) {
  return `to ${b} ${inPort} ${look}`;
}

/**
 * Let a chain stand free of the rows where nothing turns across its column: then a tall shortcut does not
 * stretch the rows beside it.
 *
 * @param {Level} level
 * @param {Ranks} ranks
 * @param {Chains} chains
 */
export function floatChains(level, { rank, rows }, { chains, column, role }) {
  if (chains.length === 0) return;
  const { segments } = level;
  const reach = { left: new Array(rows + 2).fill(0), right: new Array(rows + 2).fill(0) };
  const turn = (/** @type {number} */ gap, /** @type {number[]} */ ...columns) => {
    reach.left[gap] = Math.min(reach.left[gap], ...columns);
    reach.right[gap] = Math.max(reach.right[gap], ...columns);
  };
  segments.forEach(({ a, b }, s) => {
    if (role[s] === "lane") {
      turn(rank[a], column[a], Infinity);
      turn(rank[b] - 1, column[b], Infinity);
    } else turn(role[s] === "join" ? rank[b] - 1 : rank[a], column[a], column[b]);
  });
  for (const chain of chains) chain.floats = isPure(level, chain) && isFree(chain, reach);
}

/**
 * @param {Level} level
 * @param {Chain} chain
 */
function isPure({ out, into }, { places, fork, join }) {
  return fork >= 0 && join >= 0 && places.every((place) => into[place].length === 1 && out[place].length === 1);
}

/**
 * @param {Chain} chain
 * @param {{left: number[], right: number[]}} reach
 */
function isFree({ low, high, column }, reach) {
  for (let gap = low + 1; gap < high - 1; gap++) {
    if (column > 0 ? reach.right[gap] >= column : reach.left[gap] <= column) return false;
  }
  return true;
}
