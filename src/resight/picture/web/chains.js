/**
 * Chains: the heaviest path of a level is its spine; what is left falls into side chains.
 *
 * @import {Level} from "./cut.js"
 * @import {Ranks} from "./ranks.js"
 */

/**
 * Boxes one below the other in a column of their own beside the spine.
 *
 * @typedef {object} Chain
 * @property {number[]} places
 * @property {number} low      row above which nothing of it is: that of the place it forks from
 * @property {number} high     row of the place it joins
 * @property {number} fork     the segment into its head, -1 for none
 * @property {number} join     the segment out of its tail, -1 for none
 * @property {string} look     look of the skip if it is a shortcut, else `""`
 * @property {number} column   `+1, +2, ...` right of the spine, `-1, -2, ...` left
 * @property {number} beside   where it is as heavy as the spine: first of the spine's boxes beside it, else -1
 * @property {boolean} floats  its boxes stand free of the rows, between `low` and `high`
 */

/**
 * What a segment is to its chain: `run` inside the spine or a chain, `fork` into and `join` out of a chain, `span` across
 * a U.
 *
 * @typedef {"" | "run" | "fork" | "join" | "step" | "lane" | "span"} Role
 */

/**
 * @typedef {object} Chains
 * @property {number[]} column    per place; 0 for the spine and for ports
 * @property {number[]} spine     per place: the next on the spine, or -1
 * @property {boolean[]} onSpine  per place
 * @property {Role[]} role        per segment
 * @property {Chain[]} chains
 */

/** Weight of an op, and of one on a shortcut: the branch is the spine even where the shortcut is longer. */
const HEAVY = 16;

/**
 * @param {Level} level
 * @param {Ranks} ranks
 * @param {number[]} weight  per child
 * @returns {Chains}
 */
export function findChains(level, ranks, weight) {
  const { kids, ins, outs, segments } = level;
  const places = kids.length + ins + outs;
  const { below, next } = weighBelow(level, weight);
  /** @type {Chains} */
  const found = {
    column: new Array(places).fill(0),
    spine: new Array(places).fill(-1),
    onSpine: new Array(places).fill(false),
    role: segments.map(() => ""),
    chains: [],
  };
  for (let place = heaviestStart(level, below); place >= 0; place = found.spine[place]) {
    found.onSpine[place] = true;
    const s = next[place];
    if (s < 0) continue;
    found.spine[place] = segments[s].b;
    found.role[s] = "run";
  }
  const taken = [...found.onSpine];
  for (let head = 0; head < kids.length; head++) {
    if (!taken[head]) found.chains.push(followChain(level, ranks, below, taken, found.role, head));
  }
  for (const chain of found.chains) sinkChain(level, ranks, chain);
  for (const chain of found.chains) hookChain(level, ranks, found.role, chain);
  for (const chain of found.chains) chain.beside = peerOf(level, found, below, chain);
  return found;
}

/**
 * Weights of the folded nodes: ops in them, little for those that are only a shortcut.
 *
 * @param {{size: number, shortcut: string}} node
 */
export function weightOf({ size, shortcut }) {
  return shortcut === "" ? HEAVY * Math.max(size, 1) : 1;
}

/**
 * Per place, the weight of the heaviest path from it on, and the segment that path takes: of several equally heavy
 * ones the middle one, so that the others stand on both sides of it in the order of the code. A port that only a
 * shortcut comes in by weighs nothing: the spine takes it where there is no other.
 *
 * @param {Level} level
 * @param {number[]} weight
 */
function weighBelow({ kids, ins, segments, out }, weight) {
  const below = [...weight, ...new Array(out.length - kids.length).fill(0)];
  const next = new Array(out.length).fill(-1);
  const relax = (/** @type {number} */ place, /** @type {number[]} */ ways) => {
    let best = -1;
    let equal = 0;
    for (const s of ways) {
      const weight = below[segments[s].b];
      if (weight > best) {
        best = weight;
        equal = 1;
      } else if (weight === best) equal += 1;
    }
    let before = (equal - 1) >> 1;
    for (const s of ways) {
      if (below[segments[s].b] === best && before-- === 0) next[place] = s;
    }
    return Math.max(best, 0);
  };
  for (let j = kids.length - 1; j >= 0; j--) below[j] += relax(j, out[j]);
  for (let port = kids.length; port < kids.length + ins; port++) {
    const plain = out[port].filter((s) => segments[s].look === "");
    if (plain.length > 0) below[port] = relax(port, plain);
    else relax(port, out[port]);
  }
  return { below, next };
}

/**
 * @param {Level} level
 * @param {number[]} below
 */
function heaviestStart({ kids, ins, into }, below) {
  let start = -1;
  const consider = (/** @type {number} */ place) => {
    if (start < 0 || below[place] > below[start]) start = place;
  };
  for (let port = kids.length; port < kids.length + ins; port++) consider(port);
  for (let j = 0; j < kids.length; j++) if (into[j].length === 0) consider(j);
  return start;
}

/**
 * @param {Level} level
 * @param {Ranks} ranks
 * @param {number[]} below
 * @param {boolean[]} taken
 * @param {Role[]} role
 * @param {number} head
 * @returns {Chain}
 */
function followChain({ kids, segments, out }, { rank }, below, taken, role, head) {
  const places = [head];
  taken[head] = true;
  for (let place = head; ; ) {
    let best = -1;
    for (const s of out[place]) {
      const { b } = segments[s];
      if (b < kids.length && !taken[b] && (best < 0 || below[b] > below[segments[best].b])) best = s;
    }
    if (best < 0) break;
    role[best] = "run";
    place = segments[best].b;
    taken[place] = true;
    places.push(place);
  }
  const [low, high] = [rank[head] - 1, rank[places[places.length - 1]] + 1];
  return { places, low, high, fork: -1, join: -1, look: "", column: 0, beside: -1, floats: false };
}

/**
 * Where a chain forks from the spine and weighs as much as the spine does from there on: the box that the spine goes on
 * with; else -1.
 *
 * @param {Level} level
 * @param {Chains} chains
 * @param {number[]} below
 * @param {Chain} chain
 */
function peerOf({ kids, segments }, { spine, onSpine }, below, { places, fork, look }) {
  if (fork < 0 || look !== "" || !onSpine[segments[fork].a]) return -1;
  const peer = spine[segments[fork].a];
  return peer >= 0 && peer < kids.length && below[peer] === below[places[0]] ? peer : -1;
}

/**
 * A chain with room to move stands halfway between where it forks and where it joins.
 *
 * @param {Level} level
 * @param {Ranks} ranks
 * @param {Chain} chain
 */
function sinkChain({ segments, out, into }, { rank, rows }, { places }) {
  if (into[places[0]].length === 0) return;
  const inside = new Set(places);
  let room = Infinity;
  for (const place of places) {
    for (const s of out[place]) if (!inside.has(segments[s].b)) room = Math.min(room, rank[segments[s].b] - 1 - rank[place]);
  }
  const tail = places[places.length - 1];
  room = room === Infinity ? 0 : Math.min(room, rows - rank[tail]);
  if (room > 1) for (const place of places) rank[place] += room >> 1;
}

/**
 * Tie a chain's head to the lowest place it reads and its tail to the highest that reads it.
 *
 * @param {Level} level
 * @param {Ranks} ranks
 * @param {Role[]} role
 * @param {Chain} chain
 */
function hookChain({ segments, out, into }, { rank }, role, chain) {
  const [head, tail] = [chain.places[0], chain.places[chain.places.length - 1]];
  for (const s of into[head]) {
    if (chain.fork < 0 || rank[segments[s].a] > rank[segments[chain.fork].a]) chain.fork = s;
  }
  for (const s of out[tail]) {
    if (chain.join < 0 || rank[segments[s].b] < rank[segments[chain.join].b]) chain.join = s;
  }
  chain.low = rank[head] - 1;
  chain.high = rank[tail] + 1;
  if (chain.fork >= 0) {
    chain.low = rank[segments[chain.fork].a];
    role[chain.fork] = "fork";
  }
  if (chain.join >= 0) {
    chain.high = rank[segments[chain.join].b];
    role[chain.join] = "join";
  }
  if (chain.fork >= 0 && chain.join >= 0) chain.look = segments[chain.join].look;
}
