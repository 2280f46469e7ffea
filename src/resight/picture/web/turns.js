/**
 * Where wires turn: which side of a box they enter, and on which track of the gap between two rows.
 *
 * @import {Plan} from "./plan.js"
 */
import { sourceKey, targetKey } from "./columns.js";
import { endX, isLane, startX } from "./plan.js";

/**
 * All that turns on one track: wires of one value, or wires that end together.
 *
 * @typedef {object} Net
 * @property {number} low      leftmost point
 * @property {number} high     rightmost point
 * @property {Set<number>} tops     where it comes from above
 * @property {Set<number>} bottoms  where it goes on below
 * @property {number} track
 */

/**
 * A net that waits for its track, and where to note it.
 *
 * @typedef {{list: number[], at: number, net: Net}} Turn
 */

/**
 * What comes down beside a box enters it from the side where nothing stands between: a shortcut its merge, the arc of
 * a residual block; where no shortcut does, other values from far above.
 *
 * @param {Plan} plan
 */
export function chooseSides(plan) {
  const { level, nodes, ranks, chains, boxes, x, side } = plan;
  const outermost = outermostOfRows(plan);
  const floating = new Set(chains.chains.flatMap((chain) => (chain.floats ? chain.places : [])));
  /** @type {Map<string, string>} Which look took a side of a box: two must not run over one another. */
  const takenBy = new Map();
  const choose = (/** @type {number} */ s) => {
    const { b, look } = level.segments[s];
    const isJoin = look !== "" && chains.role[s] === "join";
    const isSpan = chains.role[s] === "span"; // it comes from the other leg, on the left
    if (b >= level.kids.length || (!isLane(plan, s) && !isJoin && !isSpan)) return;
    const node = nodes[level.kids[b]];
    const from = isSpan ? -1 : isLane(plan, s) ? 1 : Math.sign(startX(plan, s) - x[b]);
    if (node.open || (node.skips.length > 0 && from > 0) || floating.has(b)) return;
    const reach = from > 0 ? boxes[b].right : boxes[b].left;
    if (isJoin && Math.abs(startX(plan, s) - x[b]) <= reach) return;
    const row = ranks.rank[b];
    if ((from > 0 ? outermost.right[row] : outermost.left[row]) !== b) return;
    const key = `${b} ${from}`;
    if ((takenBy.get(key) ?? look) !== look) return;
    takenBy.set(key, look);
    side[s] = from;
  };
  level.segments.forEach(({ look }, s) => look !== "" && choose(s));
  level.segments.forEach(({ look }, s) => look === "" && choose(s));
}

/**
 * Per row the rightmost and the leftmost child; -1 where a floating chain stands in the way.
 *
 * @param {Plan} plan
 */
function outermostOfRows({ level, ranks, chains, x }) {
  const right = new Array(ranks.rows + 2).fill(-1);
  const left = new Array(ranks.rows + 2).fill(-1);
  const floats = chains.chains.filter((chain) => chain.floats);
  const floating = new Set(floats.flatMap((chain) => chain.places));
  level.kids.forEach((_, j) => {
    if (floating.has(j)) return;
    const row = ranks.rank[j];
    if (right[row] < 0 || x[j] > x[right[row]]) right[row] = j;
    if (left[row] < 0 || x[j] < x[left[row]]) left[row] = j;
  });
  for (const { column, low, high } of floats) {
    (column > 0 ? right : left).fill(-1, low + 1, high);
  }
  return { left, right };
}

/**
 * Give everything that turns in a gap a track, so that wires of different values never run over one another.
 *
 * @param {Plan} plan
 */
export function assignTracks(plan) {
  const { level, ranks, chains, lanes, laneX, side, turn, laneTurn } = plan;
  /** @type {(Map<string, Net> | undefined)[]} */
  const gaps = new Array(ranks.rows + 1).fill(undefined);
  const netsOf = (/** @type {number} */ gap) => (gaps[gap] ??= new Map());
  /** @type {Turn[]} */
  const waiting = [];
  level.segments.forEach((_, s) => {
    if (chains.role[s] === "span") waiting.push(...spanTurns(plan, s, netsOf));
    if (chains.role[s] === "lane" || chains.role[s] === "span" || side[s] !== 0) return;
    const from = startX(plan, s);
    const to = endX(plan, s);
    if (from === to) return;
    const { gap, key } = turnOf(plan, s);
    const net = addToNet(netsOf(gap), key, from, to);
    waiting.push({ list: turn, at: s, net });
  });
  lanes.forEach((lane, i) => {
    const [first] = lane.segments;
    const from = startX(plan, first);
    if (from !== laneX[i]) {
      const net = addToNet(netsOf(ranks.rank[lane.from]), sourceKey(level.segments[first]), from, laneX[i]);
      waiting.push({ list: laneTurn, at: i, net });
    }
    for (const s of lane.segments) {
      const to = endX(plan, s);
      if (side[s] !== 0 || to === laneX[i]) continue;
      const net = addToNet(netsOf(ranks.rank[level.segments[s].b] - 1), targetKey(level.segments[s]), laneX[i], to);
      waiting.push({ list: turn, at: s, net });
    }
  });
  plan.tracks = gaps.map((nets) => (nets === undefined ? 0 : stackNets([...nets.values()])));
  for (const { list, at, net } of waiting) list[at] = net.track;
}

/**
 * A wire that spans a U leaves its leg to the right and comes into the other from the left.
 *
 * @param {Plan} plan
 * @param {number} s
 * @param {(gap: number) => Map<string, Net>} netsOf
 * @returns {Turn[]}
 */
function spanTurns(plan, s, netsOf) {
  const { level, ranks: { rank }, leave, turn, side } = plan;
  const segment = level.segments[s];
  const away = addToNet(netsOf(rank[segment.a]), sourceKey(segment), startX(plan, s), Infinity);
  if (side[s] !== 0) return [{ list: leave, at: s, net: away }];
  const home = addToNet(netsOf(rank[segment.b] - 1), targetKey(segment), -Infinity, endX(plan, s));
  return [{ list: leave, at: s, net: away }, { list: turn, at: s, net: home }];
}

/**
 * @param {Plan} plan
 * @param {number} s
 */
function turnOf({ level, ranks, chains }, s) {
  const segment = level.segments[s];
  if (chains.role[s] === "join") return { gap: ranks.rank[segment.b] - 1, key: targetKey(segment) };
  const forks = chains.role[s] !== "step" || level.out[segment.a].length > 1;
  return { gap: ranks.rank[segment.a], key: forks ? sourceKey(segment) : targetKey(segment) };
}

/**
 * @param {Map<string, Net>} nets
 * @param {string} key
 * @param {number} top
 * @param {number} bottom
 */
function addToNet(nets, key, top, bottom) {
  let net = nets.get(key);
  if (net === undefined) nets.set(key, (net = { low: top, high: top, tops: new Set(), bottoms: new Set(), track: 0 }));
  net.low = Math.min(net.low, top, bottom);
  net.high = Math.max(net.high, top, bottom);
  net.tops.add(top);
  net.bottoms.add(bottom);
  return net;
}

/**
 * Stack nets on as few tracks as they fit. A net that comes down where another goes on must turn above it;
 * where two ask that of each other, the first wins.
 *
 * @param {Net[]} nets
 * @returns {number}  how many tracks there are
 */
function stackNets(nets) {
  if (nets.length === 1) return 1;
  /** @type {[number, number][][]} */
  const tracks = [];
  for (const net of orderNets(nets)) {
    const overlaps = (/** @type {[number, number]} */ [low, high]) => low <= net.high && net.low <= high;
    while (net.track < tracks.length && tracks[net.track].some(overlaps)) net.track += 1;
    if (net.track === tracks.length) tracks.push([]);
    tracks[net.track].push([net.low, net.high]);
    for (const below of belowOf(net, nets)) below.track = Math.max(below.track, net.track + 1);
  }
  return tracks.length;
}

/**
 * @param {Net} net
 * @param {Net[]} nets
 */
function belowOf(net, nets) {
  return nets.filter((other) => other !== net && [...net.tops].some((x) => other.bottoms.has(x)));
}

/**
 * Nets from left to right, but those above others before them.
 *
 * @param {Net[]} nets
 */
function orderNets(nets) {
  const waiting = [...nets].sort((p, q) => p.low - q.low || p.high - q.high);
  if (waiting.length < 2) return waiting;
  const above = new Map(waiting.map((net) => [net, 0]));
  const raise = (/** @type {Net} */ net, /** @type {number} */ by) => {
    for (const below of belowOf(net, nets)) above.set(below, /** @type {number} */ (above.get(below)) + by);
  };
  for (const net of waiting) raise(net, 1);
  const ordered = [];
  while (waiting.length > 0) {
    const free = waiting.findIndex((net) => above.get(net) === 0);
    const [net] = waiting.splice(Math.max(free, 0), 1);
    raise(net, -1);
    ordered.push(net);
  }
  return ordered;
}
