/**
 * Wrapping: a tall picture cut into columns.
 *
 * Cuts are made only where one value alone passes from row to row, so that no lane and no skip is cut;
 * a connector leads from the end of a column to the start of the next.
 *
 * @import {Box, Plan} from "./plan.js"
 */
import { isFrame } from "./along.js";
import { startX } from "./plan.js";
import * as space from "./spacing.js";

/** A column holds at least this share of the longest one: a few boxes alone at a top look lost. */
const LEAST_SHARE = 0.25;
/** Inside a box that can't be cut itself, those are cut that make up at least this share of it. */
const TALL_SHARE = 0.3;

/**
 * Rows that stay together: from where the value before them comes in, to their end.
 *
 * @typedef {object} Part
 * @property {number} low    first row
 * @property {number} high   last row
 * @property {number} start  along the flow
 * @property {number} end
 * @property {number} left   how far it reaches across, from the axis
 * @property {number} right
 * @property {number} source the segment its value comes in by, -1 for the first
 */

/**
 * Which boxes to cut, and into how many columns each, for a picture about as long as `most`. The outermost
 * that can be cut is; where none can, the long ones in it.
 *
 * @param {Box} root
 * @param {number} most
 * @param {(box: Box) => boolean} [mayCut]  whether a box, or what is in it, may be cut
 * @returns {Map<number, number>}  columns by node; -1 for the whole picture
 */
export function cutsWithin(root, most, mayCut = () => true) {
  /** @type {Map<number, number>} */
  const cuts = new Map();
  /** @type {[Box, number][]} */
  const waiting = [[root, most]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [box, limit] = next;
    if (box.plan === null || box.length <= limit || !mayCut(box)) continue;
    const columns = columnsWithin(partsOf(box.plan), limit);
    if (columns > 1) {
      cuts.set(box.node, columns);
      continue;
    }
    const { onSpine } = box.plan.chains;
    const tall = box.kids.filter((kid, j) => onSpine[j] && kid.plan !== null && kid.length > TALL_SHARE * box.length);
    const cuttable = tall.reduce((sum, kid) => sum + kid.length, 0);
    const left = limit - Math.max(box.length - cuttable, 0);
    for (const kid of tall) waiting.push([kid, Math.max(left * (kid.length / cuttable), limit / 4)]);
  }
  return cuts;
}

/**
 * The fewest columns that are no longer than `most`, if all are well filled; else 1.
 *
 * @param {Part[]} parts
 * @param {number} most
 */
function columnsWithin(parts, most) {
  for (let columns = groupWithin(parts, most).length; columns > 1; columns--) {
    const lengths = balance(parts, columns).map(({ start, end }) => end - start);
    if (Math.min(...lengths) >= LEAST_SHARE * Math.max(...lengths)) return lengths.length;
  }
  return 1;
}

/**
 * The smallest parts that a level can be cut into.
 *
 * @param {Plan} plan
 * @returns {Part[]}
 */
function partsOf(plan) {
  const { ranks, rowY, rowLength, at, boxes, level } = plan;
  const passing = passingSegments(plan);
  const reach = reachOfRows(plan);
  /** @type {Part[]} */
  const parts = [];
  let part = { low: 0, high: 0, start: 0, end: 0, left: 0, right: 0, source: -1 };
  for (let row = 0; row <= ranks.rows + 1; row++) {
    part.high = row;
    part.end = rowY[row] + rowLength[row];
    part.left = Math.max(part.left, reach.left[row]);
    part.right = Math.max(part.right, reach.right[row]);
    const source = passing[row];
    if (row === 0 || row >= ranks.rows || source < 0) continue;
    parts.push(part);
    const { a } = level.segments[source];
    part = { low: row + 1, high: row, start: at[a].along + boxes[a].length, end: 0, left: 0, right: 0, source };
  }
  return [...parts, part];
}

/** Stands for a row that several values leave. */
const MANY = -2;

/**
 * Per row, a segment that leaves it if all that pass the gap below carry one value of that row; else -1.
 *
 * @param {Plan} plan
 */
function passingSegments({ level, ranks }) {
  const starts = new Array(ranks.rows + 3).fill(0);
  const ends = new Array(ranks.rows + 3).fill(0);
  const source = new Array(ranks.rows + 3).fill(-1);
  level.segments.forEach(({ a, b, outPort, look }, s) => {
    const row = ranks.rank[a];
    starts[row] += 1;
    ends[ranks.rank[b]] += 1;
    const known = level.segments[source[row]];
    if (source[row] === -1) source[row] = s;
    else if (known === undefined || known.a !== a || known.outPort !== outPort) source[row] = MANY;
    else if (look === "") source[row] = s;
  });
  let crossing = 0;
  for (let row = 0; row <= ranks.rows; row++) {
    crossing += starts[row] - ends[row];
    if (crossing !== starts[row]) source[row] = -1;
  }
  return source;
}

/**
 * How far each row reaches, with the wires that lead to it.
 *
 * @param {Plan} plan
 */
export function reachOfRows({ ranks, boxes, x, wires }) {
  const reach = { left: new Array(ranks.rows + 2).fill(0), right: new Array(ranks.rows + 2).fill(0) };
  const take = (/** @type {number} */ row, /** @type {number} */ left, /** @type {number} */ right) => {
    reach.left[row] = Math.max(reach.left[row], left);
    reach.right[row] = Math.max(reach.right[row], right);
  };
  boxes.forEach((box, j) => take(ranks.rank[j], box.left - x[j], box.right + x[j]));
  for (const { points, row } of wires) {
    for (let i = 0; i < points.length; i += 2) take(row + 1, -points[i], points[i]);
  }
  return reach;
}

/**
 * Join neighbouring parts into at most `columns` groups whose longest is as short as can be.
 *
 * @param {Part[]} parts
 * @param {number} columns
 */
function balance(parts, columns) {
  let [enough, tooShort] = [parts[parts.length - 1].end, 0];
  while (enough - tooShort > 1) {
    const middle = (enough + tooShort) >> 1;
    if (groupWithin(parts, middle).length <= columns) enough = middle;
    else tooShort = middle;
  }
  return groupWithin(parts, enough);
}

/**
 * @param {Part[]} parts
 * @param {number} most  length of a group, unless a single part is longer
 */
function groupWithin(parts, most) {
  /** @type {Part[]} */
  const groups = [];
  for (const part of parts) {
    const group = groups[groups.length - 1];
    if (group === undefined || part.end - group.start > most) groups.push({ ...part });
    else {
      group.high = part.high;
      group.end = part.end;
      group.left = Math.max(group.left, part.left);
      group.right = Math.max(group.right, part.right);
    }
  }
  return groups;
}

/**
 * Move the rows of a placed level into columns side by side, and connect them.
 *
 * @param {Plan} plan
 * @param {number} columns
 */
export function wrapPlan(plan, columns) {
  const { level, ranks, x, at, boxes } = plan;
  const groups = balance(partsOf(plan), columns);
  const top = (isFrame(plan) && plan.isDown ? space.HEAD : 0) + space.TURN;
  const shifts = shiftsOf(groups, top);
  const groupOf = (/** @type {number} */ row) => groups.findIndex((group) => row <= group.high);
  const connectors = groups.slice(1).map((group, i) => connect(plan, group, groups[i], shifts[i], shifts[i + 1], top));
  const end = Math.max(...groups.map((group, i) => group.end + shifts[i].along)) + space.TURN;
  for (const wire of plan.wires) {
    const shift = shifts[groupOf(wire.row + 1)];
    const leaves = !wire.lands && wire.points[wire.points.length - 1] === plan.end;
    wire.points = wire.points.map((value, i) => value + (i % 2 === 0 ? shift.across : shift.along));
    if (leaves) wire.points[wire.points.length - 1] = end;
  }
  boxes.forEach((_, j) => {
    const shift = shifts[groupOf(ranks.rank[j])];
    at[j] = { across: at[j].across + shift.across, along: at[j].along + shift.along };
    x[j] += shift.across;
  });
  const last = shifts[shifts.length - 1];
  for (let port = level.kids.length + level.ins; port < x.length; port++) x[port] += last.across;
  plan.wires.push(...connectors);
  plan.end = end;
  plan.reach = { left: groups[0].left, right: last.across + groups[groups.length - 1].right };
}

/**
 * @param {Part[]} groups
 * @param {number} top
 */
function shiftsOf(groups, top) {
  const shifts = [{ across: 0, along: 0 }];
  for (let i = 1; i < groups.length; i++) {
    const before = shifts[i - 1].across + groups[i - 1].right;
    shifts.push({ across: before + space.GUTTER + groups[i].left, along: top + space.TURN - groups[i].start });
  }
  return shifts;
}

/**
 * The wire from the end of one column to the start of the next.
 *
 * @param {Plan} plan
 * @param {Part} group
 * @param {Part} before
 * @param {{across: number, along: number}} from  shift of the column it leaves
 * @param {{across: number, along: number}} to    shift of the column it reaches
 * @param {number} top
 */
function connect(plan, group, before, from, to, top) {
  const { level, ranks } = plan;
  const { a, outPort } = level.segments[group.source];
  const x = startX(plan, group.source);
  const gutter = from.across + before.right + space.GUTTER / 2;
  const turn = before.end + from.along + space.TURN;
  const edges = [...new Set(level.out[a].filter((s) => level.segments[s].outPort === outPort).flatMap((s) => level.segments[s].edges))];
  const points = [
    x + from.across, group.start + from.along, x + from.across, turn, gutter, turn, gutter, top, x + to.across, top,
    x + to.across, group.start + to.along,
  ];
  return { points, edges, look: level.segments[group.source].look, forks: false, lands: false, row: ranks.rank[a], segment: group.source };
}
