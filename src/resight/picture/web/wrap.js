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

/** Width over height that a wrapped picture aims at. */
const ASPECT = 4 / 3;
/** A picture up to this long is left in one column, in pixels. */
const SHORT = 1100;
/** A box is cut in place of the one around it if it makes up this share of it. */
const MOST = 0.5;

/** Numbers of columns that are tried. */
const COLUMNS = [2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16];

/**
 * @typedef {object} WrapChoice
 * @property {number} node     whose rows are cut; -1 for the whole picture
 * @property {number} columns
 */

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
 * Which box to cut and into how many columns; null to leave the picture whole.
 *
 * @param {Box} root
 * @param {number} wrap    as in a view: 0 to choose, else the most columns
 * @param {boolean} isDown
 * @returns {WrapChoice | null}
 */
export function chooseWrap(root, wrap, isDown) {
  if (wrap === 1 || (wrap === 0 && root.length <= SHORT)) return null;
  const aim = isDown ? ASPECT : 1 / ASPECT;
  let best = null;
  let least = wrap === 0 ? miss(root.left + root.right, root.length, aim) : Infinity;
  for (const box of candidates(root)) {
    const parts = partsOf(/** @type {Plan} */ (box.plan));
    for (const columns of wrap === 0 ? COLUMNS : [wrap]) {
      const groups = balance(parts, columns);
      if (groups.length < 2) continue;
      const across = root.left + root.right - box.left - box.right + groups.reduce((sum, part) => sum + widthOf(part), 0);
      const along = root.length - box.length + Math.max(...groups.map(lengthOf)) + 3 * space.TURN;
      const missed = miss(across, along, aim);
      if (missed >= least) continue;
      [best, least] = [{ node: box.node, columns }, missed];
    }
  }
  return best;
}

/**
 * How far a picture is from the aspect aimed at, alike for too wide and too tall.
 *
 * @param {number} across
 * @param {number} along
 * @param {number} aim
 */
function miss(across, along, aim) {
  return Math.abs(Math.log(across / along / aim));
}

/**
 * The picture, and in it, one inside the other, the boxes that make up most of it.
 *
 * @param {Box} root
 */
function candidates(root) {
  const found = [root];
  for (let box = root; ; ) {
    const open = box.kids.filter((kid) => kid.plan !== null && kid.length > MOST * box.length);
    if (open.length === 0) return found;
    box = open.reduce((longest, kid) => (kid.length > longest.length ? kid : longest));
    found.push(box);
  }
}

/** @param {Part} part */
function widthOf({ left, right }) {
  return left + right + space.GUTTER;
}

/** @param {Part} part */
function lengthOf({ start, end }) {
  return end - start;
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

/**
 * Per row, a segment that leaves it if all that pass the gap below carry one value of that row; else -1.
 *
 * @param {Plan} plan
 */
function passingSegments({ level, ranks }) {
  const starts = new Array(ranks.rows + 3).fill(0);
  const ends = new Array(ranks.rows + 3).fill(0);
  const source = new Array(ranks.rows + 3).fill(-1);
  level.segments.forEach(({ a, b, outPort }, s) => {
    const row = ranks.rank[a];
    starts[row] += 1;
    ends[ranks.rank[b]] += 1;
    const known = level.segments[source[row]];
    if (known === undefined) source[row] = s;
    else if (known.a !== a || known.outPort !== outPort) source[row] = -2;
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
function reachOfRows({ ranks, boxes, x, wires }) {
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
  return { points, edges, look: "", forks: false, lands: false, row: ranks.rank[a] };
}
