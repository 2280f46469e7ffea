/**
 * U-shaped networks: where values part early and meet late, one around the other, the picture goes down one leg
 * and up another, and the long skips run straight from leg to leg.
 *
 * Ronneberger et al. 2015 (arXiv 1505.04597) drew theirs so.
 *
 * @import {Box, Plan, Wire} from "./plan.js"
 */
import { isFrame } from "./along.js";
import { endX, isLane, startX } from "./plan.js";
import * as space from "./spacing.js";
import { reachOfRows } from "./wrap.js";

/** With fewer wires from leg to leg it is no U: a single long skip is seen as well beside one column. */
const LEAST_SPANS = 2;
/** A box is searched for a U inside if it makes up at least this share of the picture's length. */
const TALL_SHARE = 0.5;

/**
 * @typedef {object} Bend
 * @property {number} row      the last row of the leg that goes down
 * @property {number} neck     the segment from there to the leg that goes up
 * @property {number[]} spans  segments that run across from leg to leg, the outermost first
 */

/**
 * Space that is put in so that both ends of a wire are level: `by` more for all that lies beyond `from`.
 *
 * @typedef {{from: number, by: number}} Lift
 */

/**
 * The outermost open box that is a U, and where it bends; null where none is.
 *
 * @param {Box} root
 * @returns {{node: number, bend: Bend} | null}
 */
export function findBend(root) {
  const waiting = [root];
  for (const box of waiting) {
    if (box.plan === null) continue;
    const bend = bendOf(box.plan);
    if (bend !== null) return { node: box.node, bend };
    waiting.push(...box.kids.filter((kid) => kid.plan !== null && kid.length > TALL_SHARE * root.length));
  }
  return null;
}

/**
 * @param {Plan} plan
 * @returns {Bend | null}
 */
function bendOf(plan) {
  const { level, ranks } = plan;
  if (level.outs > 1) return null;
  const { lanes, others, changes, necks } = crossingsOf(plan);
  const most = lanes.reduce((a, b) => Math.max(a, b), 0);
  const first = lanes.indexOf(most);
  const { rank } = ranks;
  const spans = level.segments.map((_, s) => s).filter((s) => {
    const { a, b } = level.segments[s];
    return isLane(plan, s) && rank[a] <= first && first < rank[b];
  });
  if (spans.length < LEAST_SPANS || !areNested(plan, spans)) return null;
  let best = { row: -1, miss: Infinity };
  for (let row = first; row === first || (row <= ranks.rows && !changes[row]); row++) {
    if (others[row] !== 1 || necks[row] < 0) continue;
    const miss = imbalance(plan, spans[spans.length - 1], row);
    if (miss <= best.miss) best = { row, miss };
  }
  return best.row < 0 ? null : { row: best.row, neck: necks[best.row], spans };
}

/**
 * What passes below each row: how many lanes and how many other segments, whether a lane starts or ends there, and
 * the segment that leads straight from the row to the next on the spine, or -1.
 *
 * @param {Plan} plan
 */
function crossingsOf(plan) {
  const { level, ranks: { rank, rows }, chains } = plan;
  const lanes = new Array(rows + 2).fill(0);
  const others = new Array(rows + 2).fill(0);
  const changes = new Array(rows + 2).fill(false);
  const necks = new Array(rows + 2).fill(-1);
  level.segments.forEach(({ a, b }, s) => {
    const tally = isLane(plan, s) ? lanes : others;
    tally[rank[a]] += 1;
    tally[rank[b]] -= 1;
    if (isLane(plan, s)) changes[rank[a]] = changes[rank[b]] = true;
    else if (chains.role[s] === "run" && chains.onSpine[a] && rank[b] === rank[a] + 1 && Math.max(a, b) < level.kids.length) {
      necks[rank[a]] = s;
    }
  });
  for (const tally of [lanes, others]) for (let row = 1; row <= rows; row++) tally[row] += tally[row - 1];
  return { lanes, others, changes, necks };
}

/**
 * Whether the wires run from box to box, each around the next. Sorts them, the outermost first.
 *
 * @param {Plan} plan
 * @param {number[]} spans
 */
function areNested({ level, ranks: { rank } }, spans) {
  const { segments, kids } = level;
  spans.sort((s, t) => rank[segments[s].a] - rank[segments[t].a]);
  return spans.every((s, i) => {
    const { a, b } = segments[s];
    if (a >= kids.length || b >= kids.length) return false;
    if (i === 0) return true;
    const outer = segments[spans[i - 1]];
    return rank[outer.a] < rank[a] && rank[b] < rank[outer.b];
  });
}

/**
 * How unequal the two ways are from the innermost span down to a neck.
 *
 * @param {Plan} plan
 * @param {number} span
 * @param {number} row
 */
function imbalance({ level, ranks: { rank }, rowY }, span, row) {
  const { a, b } = level.segments[span];
  return Math.abs(2 * rowY[row + 1] - rowY[rank[a] + 1] - rowY[rank[b]]);
}

/**
 * Bend a placed level: rows up to the neck stay, the others go up beside them.
 *
 * @param {Plan} plan
 * @param {Bend} bend
 */
export function bendPlan(plan, bend) {
  const { level, ranks, rowY, rowLength, at, boxes, x } = plan;
  const { row } = bend;
  const [bottom, top] = [rowY[row + 1], rowY[row] + rowLength[row]]; // the gap at the neck belongs to both legs
  const { down, up } = levelSpans(plan, bend, bottom, top);
  const headroom = isFrame(plan) ? (plan.isDown ? space.HEAD : 0) + space.TURN : 0;
  const floor = Math.max(bottom + sumOf(down), headroom + plan.end - top + sumOf(up));
  const goDown = (/** @type {number} */ y) => floor - bottom + y - sumOf(down.filter(({ from }) => y <= from));
  const goUp = (/** @type {number} */ y) => floor + top - y - sumOf(up.filter(({ from }) => y >= from));
  const reach = reachOfLegs(plan, row);
  const shift = reach.down.right + space.BASIN + reach.up.left;
  const right = shift + reach.up.right + (level.outs > 0 ? space.LANE : 0);
  const end = floor + space.TURN;
  for (const wire of plan.wires) bendWire(plan, bend, wire, { goDown, goUp, floor, shift, right, end });
  boxes.forEach((box, j) => {
    if (ranks.rank[j] <= row) at[j] = { across: at[j].across, along: goDown(at[j].along) };
    else {
      at[j] = { across: at[j].across + shift, along: goUp(at[j].along) - box.length };
      x[j] += shift;
    }
  });
  x.fill(right, level.kids.length + level.ins);
  plan.end = end;
  plan.reach = { left: reach.down.left, right };
}

/** @param {Lift[]} lifts */
function sumOf(lifts) {
  return lifts.reduce((sum, { by }) => sum + by, 0);
}

/**
 * What has to be put into either leg so that all spans are level.
 *
 * @param {Plan} plan
 * @param {Bend} bend
 * @param {number} bottom  of the leg that goes down
 * @param {number} top     where the other leg begins
 * @returns {{down: Lift[], up: Lift[]}}
 */
function levelSpans(plan, { spans }, bottom, top) {
  const { level, ranks: { rank }, rowY, side, wires } = plan;
  const wireOf = new Map(wires.map((wire) => [wire.segment, wire]));
  /** @type {{down: Lift[], up: Lift[]}} */
  const lifts = { down: [], up: [] };
  for (const s of [...spans].reverse()) {
    const { points } = /** @type {Wire} */ (wireOf.get(s));
    const [leaves, arrives] = [points[points.length - 5], points[points.length - 3]];
    const more = bottom - leaves + sumOf(lifts.down) - (arrives - top + sumOf(lifts.up));
    if (more < 0) lifts.down.push({ from: leaves, by: -more });
    else lifts.up.push({ from: side[s] === 0 ? arrives : rowY[rank[level.segments[s].b]], by: more });
  }
  return lifts;
}

/**
 * How far each leg reaches across, from the axis.
 *
 * @param {Plan} plan
 * @param {number} row
 */
function reachOfLegs(plan, row) {
  const { left, right } = reachOfRows(plan);
  const most = (/** @type {number[]} */ reaches) => reaches.reduce((a, b) => Math.max(a, b), 0);
  return {
    down: { left: most(left.slice(0, row + 1)), right: most(right.slice(0, row + 1)) },
    up: { left: most(left.slice(row + 1)), right: most(right.slice(row + 1)) },
  };
}

/**
 * Where the two legs stand: how a place along the flow moves in either, where the neck runs, how far the other leg is
 * shifted across; and where what leaves the box runs, and to.
 *
 * @typedef {object} Legs
 * @property {(y: number) => number} goDown
 * @property {(y: number) => number} goUp
 * @property {number} floor
 * @property {number} shift
 * @property {number} right
 * @property {number} end
 */

/**
 * @param {Plan} plan
 * @param {Bend} bend
 * @param {Wire} wire  changed
 * @param {Legs} legs
 */
function bendWire(plan, { row, neck, spans }, wire, { goDown, goUp, floor, shift, right, end }) {
  const { level } = plan;
  const { a, b } = level.segments[wire.segment];
  const n = wire.points.length;
  // how many of its numbers belong to the leg that goes down
  const own = wire.segment === neck ? 2 : spans.includes(wire.segment) ? n - 4 : wire.row > row ? 0 : n;
  if (wire.segment === neck) wire.points = [startX(plan, neck), wire.points[1], endX(plan, neck), wire.points[n - 1]];
  wire.points = wire.points.map((value, i) => {
    if (i % 2 === 0) return i < own ? value : value + shift;
    return i < own ? goDown(value) : goUp(value);
  });
  const { points } = wire;
  if (wire.segment === neck) points.splice(2, 0, points[0], floor, points[2], floor);
  if (a >= level.kids.length) points[1] = 0;
  if (b >= level.kids.length) points.push(right, points[points.length - 1], right, end);
}
