/**
 * The box around a placed level: its borders, its ports, and room for its title.
 *
 * @import {FoldedNode} from "./fold.js"
 * @import {Box, Heading, Plan} from "./plan.js"
 */
import { isFrame } from "./along.js";
import { textWidth } from "./measure.js";
import { outside, stackOf } from "./sizes.js";
import * as space from "./spacing.js";

/** Font size of a frame's title, in pixels, and the most it may take. */
export const HEADING_SIZE = 12;
const TITLE_MOST = 220;
/** A frame is made so much wider, at most, for a class and a number that would else be left out. */
const STRETCH = 80;

/**
 * @param {Plan} plan
 * @returns {Box}
 */
export function closeFrame(plan) {
  const { level, nodes, isDown, isUp, x, boxes, at, wires } = plan;
  const { kids, ins } = level;
  const inPorts = x.slice(kids.length, kids.length + ins);
  const outPorts = x.slice(kids.length + ins);
  const reach = reachOf(plan);
  const inside = { plan, node: level.node, ins: inPorts, outs: outPorts, kids: boxes, at, wires };
  if (!isFrame(plan)) {
    const face = { ...reach, length: plan.end };
    return { ...inside, ...face, face, heading: null };
  }
  const node = nodes[level.node];
  const face = {
    left: reach.left + (isDown ? space.FRAME_PAD : space.HEAD + 4),
    right: reach.right + space.FRAME_PAD,
    length: plan.end,
  };
  const heading = isDown ? headingBetween(node, face, isUp ? outPorts : inPorts) : headingAbove(node, face);
  const length = face.length + stackOf(node);
  lengthenWires(plan, length);
  return { ...inside, left: face.left, right: face.right + outside(node, isDown), length, face, heading };
}

/**
 * All numbers of an open node that its frame is made by.
 *
 * @param {FoldedNode} node
 * @param {boolean} isDown
 */
export function frameNumbers(node, isDown) {
  const words = [textWidth(node.title, HEADING_SIZE, 600), textWidth(headingDetail(node), HEADING_SIZE, 400), textWidth(headingEnd(node), HEADING_SIZE, 400)];
  return [...words, node.times, Number(isCounted(node)), outside(node, isDown), stackOf(node)];
}

/**
 * How far a placed level reaches across, from its axis.
 *
 * @param {Plan} plan
 */
export function reachOf({ sky, ranks, x, level, wires, reach }) {
  if (reach !== null) return reach;
  let least = -sky.left.reach(0, ranks.rows + 1);
  let most = sky.right.reach(0, ranks.rows + 1);
  const take = (/** @type {number} */ at) => {
    if (at < least) least = at;
    if (at > most) most = at;
  };
  for (const at of x.slice(level.kids.length)) take(at);
  for (const { points } of wires) for (let i = 0; i < points.length; i += 2) take(points[i]);
  return { left: -least, right: most };
}

/**
 * Wires that leave (what runs upwards enters there) run on to where the whole box ends: a title may have made the frame longer, and behind a
 * repeat there are outlines.
 *
 * @param {Plan} plan
 * @param {number} end
 */
function lengthenWires({ isUp, wires, end: before }, end) {
  for (const { points, lands } of wires) {
    if (isUp && points[1] === before) points[1] = end;
    else if (!isUp && !lands && points[points.length - 1] === before) points[points.length - 1] = end;
  }
}

/**
 * Drawn downwards, wires enter through the band of the title: the title stands left of all of them, its
 * class too if it fits there, else at the right, and the number of its parameters: where little is missing the frame is
 * made wider. How often a frame repeats, and the number that a picture is coloured by, must be read: it is made wide
 * enough for them whatever is missing, and of a class and such a number it is the class that gives way.
 *
 * @param {FoldedNode} node
 * @param {{left: number, right: number, length: number}} face  widened where the title, a repeat's count or its number needs it
 * @param {number[]} ports
 * @returns {Heading}
 */
function headingBetween(node, face, ports) {
  const title = Math.min(textWidth(node.title, HEADING_SIZE, 600), TITLE_MOST);
  const detail = textWidth(headingDetail(node), HEADING_SIZE, 400);
  const first = ports.reduce((least, x) => Math.min(least, x), face.right);
  const last = ports.length === 0 ? face.right : ports.reduce((most, x) => Math.max(most, x));
  face.left = Math.max(face.left, title + space.BOX_PAD + space.TITLE_GAP - first);
  const roomLeft = face.left + first - space.BOX_PAD - space.TITLE_GAP;
  const fitsLeft = title + space.TITLE_GAP + detail <= roomLeft;
  const count = textWidth(headingEnd(node), HEADING_SIZE, 400);
  const whole = ports.length === 0 ? 0 : widthOf([fitsLeft ? 0 : detail, count]);
  const isNear = last + whole + space.BOX_PAD <= face.right + STRETCH;
  const kept = isNear && whole > 0 ? whole : widthKept(node, fitsLeft || node.times < 2 ? 0 : detail, ports.length === 0 ? 0 : count);
  if (kept > 0) face.right = Math.max(face.right, last + kept + space.BOX_PAD);
  const roomRight = ports.length === 0 ? 0 : face.right - last - space.BOX_PAD - space.TITLE_GAP;
  const heading = { title: space.BOX_PAD, titleRoom: title, detail: -1, detailRoom: 0, end: -1 };
  const width = face.left + face.right;
  let free = roomRight;
  if (fitsLeft) {
    heading.detail = space.BOX_PAD + title + space.TITLE_GAP;
    if (ports.length === 0) free = roomLeft - title - detail - 2 * space.TITLE_GAP;
  } else if (detail + widthKept(node, 0, count) <= roomRight) {
    heading.detail = face.left + last + space.TITLE_GAP;
    free -= detail + 2 * space.TITLE_GAP;
  }
  heading.detailRoom = detail;
  if (count > 0 && count <= free) heading.end = width - space.BOX_PAD;
  return heading;
}

/**
 * Drawn to the right, no wire crosses the band above a frame's insides: it only has to be long enough, and for a
 * repeat, and the number that a picture is coloured by, it is made so.
 *
 * @param {FoldedNode} node
 * @param {{left: number, right: number, length: number}} face  lengthened where the title needs it
 * @returns {Heading}
 */
function headingAbove(node, face) {
  const title = Math.min(textWidth(node.title, HEADING_SIZE, 600), TITLE_MOST);
  const detail = textWidth(headingDetail(node), HEADING_SIZE, 400);
  const count = textWidth(headingEnd(node), HEADING_SIZE, 400);
  const kept = widthKept(node, node.times < 2 ? 0 : detail, count);
  if (kept > 0) face.length = Math.max(face.length, 2 * space.BOX_PAD + title + kept - space.TITLE_GAP);
  let room = face.length - 2 * space.BOX_PAD - title - space.TITLE_GAP;
  const heading = { title: space.BOX_PAD, titleRoom: Math.min(title, room + space.TITLE_GAP), detail: -1, detailRoom: detail, end: -1 };
  if (detail + widthKept(node, 0, count) <= room) {
    heading.detail = space.BOX_PAD + title + space.TITLE_GAP;
    room -= detail + 2 * space.TITLE_GAP;
  }
  if (count > 0 && count <= room && (isCounted(node) || heading.detail >= 0)) heading.end = face.length - space.BOX_PAD;
  return heading;
}

/**
 * Room for what is never left out behind a frame's title, gaps and all: a detail, and the number if it was asked for.
 *
 * @param {FoldedNode} node
 * @param {number} detail  its width, 0 for none
 * @param {number} count   width of what stands at the end
 */
function widthKept(node, detail, count) {
  return widthOf([detail, isCounted(node) ? count : 0]);
}

/**
 * Room for words behind a frame's title, gaps and all.
 *
 * @param {number[]} widths  0 for none
 */
function widthOf(widths) {
  return widths.reduce((sum, width) => sum + (width > 0 ? width + 2 * space.TITLE_GAP : 0), 0);
}

/**
 * Whether a frame has the number that the picture is coloured by.
 *
 * @param {FoldedNode} node
 */
function isCounted({ heat }) {
  return heat !== undefined && heat.words !== "";
}

/**
 * What stands at the end of a frame's title: the number that boxes are coloured by, else that of its parameters.
 *
 * @param {FoldedNode} node
 */
export function headingEnd({ heat, parameters }) {
  return heat === undefined ? parameters : heat.words;
}

/**
 * What stands behind a frame's title: class, and how often it repeats.
 *
 * @param {FoldedNode} node
 */
export function headingDetail(node) {
  return node.times > 1 ? `${node.detail} ×${node.times}` : node.detail;
}
