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
  /** Segments in the order they are drawn. @type {number[]} */
  const order = [];
  /** Per segment. @type {number[][]} */
  const points = new Array(level.segments.length).fill(NONE);
  for (let s = 0; s < points.length; s++) {
    if (isLane(plan, s)) continue;
    order.push(s);
    points[s] = pointsOf(plan, s);
  }
  for (let i = 0; i < lanes.length; i++) {
    for (const s of lanes[i].segments) {
      order.push(s);
      points[s] = lanePoints(plan, i, s);
    }
  }
  const trunks = trunksOf(plan, points);
  plan.wires = order.map((s) => wireOf(plan, s, points[s], trunks[s]));
}

/** @type {never[]} */
const NONE = [];

/**
 * How far down plain data runs straight from where each segment starts, -1 for not at all: shortcuts that turn before
 * leave it there, at a dot.
 *
 * @param {Plan} plan
 * @param {number[][]} points  per segment
 * @returns {number[]}
 */
function trunksOf({ level, boxes }, points) {
  const { segments, kids, out } = level;
  const trunks = new Array(segments.length).fill(-1);
  if (segments.every(({ look }) => look === "")) return trunks;
  for (let place = 0; place < out.length; place++) {
    if (out[place].length < 2) continue;
    // from the place itself, then from its ports
    const reaches = new Array(place < kids.length ? 1 + boxes[place].outs.length : 1).fill(-1);
    for (const s of out[place]) {
      const { outPort, look } = segments[s];
      const [x, , nextX, nextY] = points[s];
      if (look === "" && nextX === x) reaches[outPort + 1] = Math.max(reaches[outPort + 1], nextY);
    }
    for (const s of out[place]) trunks[s] = reaches[segments[s].outPort + 1];
  }
  return trunks;
}

/**
 * @param {Plan} plan
 * @param {number} s
 * @param {number[]} points
 * @param {number} trunk  how far down plain data runs from its start
 * @returns {Wire}
 */
function wireOf({ level, ranks }, s, points, trunk) {
  const { a, b, inPort, edges, look } = level.segments[s];
  const forks = look !== "" && points.length > 4 && points[0] === points[2] && points[3] <= trunk;
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
  const from = startX(plan, s);
  const start = bottomOf(plan, a);
  if (side[s] !== 0) return [from, start, ...sideEntry(plan, s, from)];
  const to = endX(plan, s);
  if (turn[s] < 0) return [from, start, to, topOf(plan, b)];
  const y = trackY(plan, chains.role[s] === "join" ? ranks.rank[b] - 1 : ranks.rank[a], turn[s]);
  return [from, start, from, y, to, y, to, topOf(plan, b)];
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
  if (side[s] !== 0) {
    points.push(...sideEntry(plan, s, x));
    return points;
  }
  const to = endX(plan, s);
  if (turn[s] >= 0) {
    const y = trackY(plan, ranks.rank[b] - 1, turn[s]);
    points.push(x, y, to, y);
  }
  points.push(to, topOf(plan, b));
  return points;
}
