/**
 * From turns and tracks to points.
 *
 * @import {Plan, Wire} from "./plan.js"
 */
import { trackY } from "./along.js";
import { endX, isLane, startX } from "./plan.js";
import * as space from "./spacing.js";

/**
 * @param {Plan} plan
 */
export function routeWires(plan) {
  const { level, lanes } = plan;
  /** @type {[number, number[]][]} */
  const ways = [];
  level.segments.forEach((_, s) => {
    if (!isLane(plan, s)) ways.push([s, pointsOf(plan, s)]);
  });
  lanes.forEach((lane, i) => {
    for (const s of lane.segments) ways.push([s, lanePoints(plan, i, s)]);
  });
  const trunks = trunksOf(plan, ways);
  plan.wires = ways.map(([s, points]) => wireOf(plan, s, points, trunks));
}

/** More than a box can have. */
const MANY_PORTS = 2 ** 24;

/**
 * Where a segment starts, so that a shortcut can fork from the wire that is there already.
 *
 * @param {Plan} plan
 * @param {number} s
 */
function startOf({ level }, s) {
  const { a, outPort } = level.segments[s];
  return a * MANY_PORTS + outPort;
}

/**
 * How far down plain data runs straight, per start: shortcuts that turn before leave it there, at a dot.
 *
 * @param {Plan} plan
 * @param {[number, number[]][]} ways
 */
function trunksOf(plan, ways) {
  /** @type {Map<number, number>} */
  const trunks = new Map();
  if (plan.level.segments.every(({ look }) => look === "")) return trunks;
  for (const [s, [x, , nextX, nextY]] of ways) {
    if (plan.level.segments[s].look !== "" || nextX !== x) continue;
    const start = startOf(plan, s);
    trunks.set(start, Math.max(trunks.get(start) ?? 0, nextY));
  }
  return trunks;
}

/**
 * @param {Plan} plan
 * @param {number} s
 * @param {number[]} points
 * @param {Map<number, number>} trunks
 * @returns {Wire}
 */
function wireOf(plan, s, points, trunks) {
  const { level, ranks } = plan;
  const { a, b, inPort, edges, look } = level.segments[s];
  const [x, , turnX, turnY] = points;
  const forks = look !== "" && points.length > 4 && x === turnX && turnY <= (trunks.get(startOf(plan, s)) ?? -1);
  const lands = b < level.kids.length && inPort < 0;
  return { points: forks ? points.slice(2) : points, edges, look, forks, lands, row: ranks.rank[a], segment: s };
}

/**
 * @param {Plan} plan
 * @param {number} place
 */
function bottomOf({ level, boxes, at }, place) {
  return place < level.kids.length ? at[place].along + boxes[place].length : 0;
}

/**
 * @param {Plan} plan
 * @param {number} place
 */
function topOf({ level, at, end }, place) {
  return place < level.kids.length ? at[place].along : end;
}

/**
 * The last points of a wire that enters its target from the side.
 *
 * @param {Plan} plan
 * @param {number} s
 * @param {number} x  where it comes down
 */
function sideEntry({ level, boxes, at, x: axis, side }, s, x) {
  const { b } = level.segments[s];
  const middle = at[b].along + (boxes[b].face.length >> 1);
  return [x, middle, axis[b] + (side[s] > 0 ? boxes[b].face.right : -boxes[b].face.left), middle];
}

/**
 * The two ends of a wire that spans a U: bending the level joins them.
 *
 * @param {Plan} plan
 * @param {number} s
 */
function spanPoints(plan, s) {
  const { level, ranks, leave, turn, side } = plan;
  const { a, b } = level.segments[s];
  const from = startX(plan, s);
  const start = [from, bottomOf(plan, a), from, trackY(plan, ranks.rank[a], leave[s])];
  if (side[s] !== 0) return [...start, ...sideEntry(plan, s, plan.x[b] - plan.boxes[b].face.left - space.LANE)];
  const to = endX(plan, s);
  return [...start, to, trackY(plan, ranks.rank[b] - 1, turn[s]), to, topOf(plan, b)];
}

/**
 * @param {Plan} plan
 * @param {number} s
 */
function pointsOf(plan, s) {
  const { level, ranks, chains, turn, side } = plan;
  const { a, b } = level.segments[s];
  if (chains.role[s] === "span") return spanPoints(plan, s);
  const [from, to] = [startX(plan, s), endX(plan, s)];
  const start = [from, bottomOf(plan, a)];
  if (side[s] !== 0) return [...start, ...sideEntry(plan, s, from)];
  if (turn[s] < 0) return [...start, to, topOf(plan, b)];
  const y = trackY(plan, chains.role[s] === "join" ? ranks.rank[b] - 1 : ranks.rank[a], turn[s]);
  return [...start, from, y, to, y, to, topOf(plan, b)];
}

/**
 * @param {Plan} plan
 * @param {number} lane
 * @param {number} s
 */
function lanePoints(plan, lane, s) {
  const { level, ranks, laneX, laneTurn, turn, side } = plan;
  const { a, b } = level.segments[s];
  const x = laneX[lane];
  const points = [startX(plan, s), bottomOf(plan, a)];
  if (laneTurn[lane] >= 0) {
    const y = trackY(plan, ranks.rank[a], laneTurn[lane]);
    points.push(points[0], y, x, y);
  }
  if (side[s] !== 0) return [...points, ...sideEntry(plan, s, x)];
  const to = endX(plan, s);
  if (turn[s] >= 0) {
    const y = trackY(plan, ranks.rank[b] - 1, turn[s]);
    points.push(x, y, to, y);
  }
  return [...points, to, topOf(plan, b)];
}
