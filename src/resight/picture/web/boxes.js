/**
 * Boxes and frames as things to draw.
 *
 * @import {FoldedNode} from "./fold.js"
 * @import {SceneBox} from "./scene.js"
 * @import {Item} from "./shapes.js"
 * @import {Theme} from "./theme.js"
 */
import { HEADING_SIZE, headingDetail, headingEnd } from "./frame.js";
import { fitText, textWidth } from "./measure.js";
import { loop, mergeFigure } from "./shapes.js";
import { hasShapeLine, isMerge, loopStep, NUMBER_SIZE, numberRoom, SHAPE_SIZE, stackOf, TITLE_SIZE, WORD_GAP, wordsIn } from "./sizes.js";
import * as space from "./spacing.js";
import { lookOf } from "./styles.js";
import { strokeOf } from "./theme.js";

/** Radii of corners, in pixels. */
const BOX_RADIUS = 6;
const MODULE_RADIUS = 8;
const FRAME_RADIUS = 10;
/** From the middle of a line of text down to its baseline, and of two lines from the middle of the box. */
const BASELINE = 4;
const [UPPER, LOWER] = [-3, 13];

/**
 * An open module: a frame, its title, class and number.
 *
 * @param {FoldedNode} node
 * @param {SceneBox} box
 * @param {boolean} isDown
 * @param {Theme} theme
 * @returns {Item[]}
 */
export function frameItems(node, box, isDown, theme) {
  const { x, y, heading } = box;
  const fill = frameFill(theme, box.depth);
  const line = node.failed ? theme.alarm : theme.frameLine;
  const items = [...stackItems(node, box, FRAME_RADIUS, fill, line), rect(box, FRAME_RADIUS, fill, line, 1)];
  if (heading !== null) {
    const baseline = y + space.HEAD / 2 + BASELINE + 1;
    const add = (/** @type {number} */ at, /** @type {string} */ words, /** @type {400 | 600} */ weight, /** @type {number} */ room) => {
      items.push(...text(x + at, baseline, words, HEADING_SIZE, weight, weight === 600 ? theme.ink : theme.muted, "start", room));
    };
    add(heading.title, node.title, 600, heading.titleRoom);
    if (heading.detail >= 0) add(heading.detail, headingDetail(node), 400, heading.detailRoom);
    const count = textWidth(headingEnd(node), HEADING_SIZE, 400);
    if (heading.end >= 0) add(heading.end - count, headingEnd(node), 400, count);
  }
  return [...items, ...loopItems(node, box, isDown, theme)];
}

/**
 * Fill of a frame that lies in `depth` others.
 *
 * @param {Theme} theme
 * @param {number} depth
 */
export function frameFill({ frames }, depth) {
  return frames[Math.min(depth, frames.length - 1)];
}

/**
 * A box without boxes in it: an op, a merge, a closed module, an input or output.
 *
 * @param {FoldedNode} node
 * @param {SceneBox} box
 * @param {boolean} isDown
 * @param {Theme} theme
 * @returns {Item[]}
 */
export function boxItems(node, box, isDown, theme) {
  const { fill, stroke, line } = coloursOf(node, theme);
  if (isMerge(node)) {
    const [cx, cy] = [box.x + box.width / 2, box.y + box.height / 2];
    return [...mergeFigure(cx, cy, space.MERGE_RADIUS, node.merge, { fill, stroke, line }), ...loopItems(node, box, isDown, theme)];
  }
  const radius = radiusOf(node);
  return [
    ...stackItems(node, box, radius, fill, stroke),
    rect(box, radius, fill, stroke, line),
    ...wordsOf(node, box, theme),
    ...loopItems(node, box, isDown, theme),
  ];
}

/**
 * @param {FoldedNode} node
 */
function radiusOf({ kind, group }) {
  if (kind === "input" || kind === "output") return space.BOX_HEIGHT / 2;
  return group === "module" ? MODULE_RADIUS : BOX_RADIUS;
}

/**
 * @param {FoldedNode} node
 * @param {Theme} theme
 */
function coloursOf(node, theme) {
  const group = node.heat ? { fill: node.heat.fill, line: theme.groups.other.line } : (theme.groups[node.group] ?? theme.groups.other);
  if (node.failed) return { fill: theme.alarmFill, stroke: theme.alarm, line: 2 };
  if (isMerge(node)) return { fill: node.heat?.fill ?? theme.background, stroke: theme.skips[node.mergeLook], line: 2 };
  if (node.shortcut !== "") return { fill: group.fill, stroke: theme.skips[node.shortcut], line: 2 };
  return { fill: group.fill, stroke: group.line, line: 1 };
}

/**
 * Title and detail on one line, the shape below where it changes.
 *
 * @param {FoldedNode} node
 * @param {SceneBox} box
 * @param {Theme} theme
 * @returns {Item[]}
 */
function wordsOf(node, box, theme) {
  const room = box.width - 2 * space.BOX_PAD;
  const [cx, cy] = [box.x + (box.width >> 1), box.y + (box.height >> 1)];
  const { title, behind } = wordsIn(node, room);
  const [titleWidth, behindWidth] = [textWidth(title, TITLE_SIZE, 600), textWidth(behind, TITLE_SIZE, 400)];
  const width = titleWidth + (behind === "" ? 0 : WORD_GAP + behindWidth);
  const left = cx - (width >> 1);
  const baseline = cy + (hasShapeLine(node) ? UPPER : BASELINE);
  const quiet = node.heat?.words ? theme.ink : theme.muted; // which fades on a strong fill
  const items = text(left, baseline, title, TITLE_SIZE, 600, theme.ink, "start", titleWidth);
  if (behind !== "") items.push(...text(left + width - behindWidth, baseline, behind, TITLE_SIZE, 400, quiet, "start", behindWidth));
  if (hasShapeLine(node)) items.push(...text(cx, cy + LOWER, node.shape, SHAPE_SIZE, 400, quiet, "middle", room));
  return items;
}

/**
 * A text cut to its room; nothing where nothing fits.
 *
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {number} size
 * @param {400 | 600} weight
 * @param {string} fill
 * @param {"start" | "middle" | "end"} anchor
 * @param {number} room
 * @returns {Item[]}
 */
export function text(x, y, words, size, weight, fill, anchor, room) {
  const fitted = fitText(words, size, weight, room);
  return fitted === "" ? [] : [{ t: "text", x, y, text: fitted, size, weight, fill, anchor, w: textWidth(fitted, size, weight) }];
}

/**
 * @param {{x: number, y: number, width: number, height: number}} box
 * @param {number} r
 * @param {string} fill
 * @param {string} stroke
 * @param {number} line
 * @returns {Item}
 */
function rect({ x, y, width, height }, r, fill, stroke, line) {
  return { t: "rect", x, y, w: width, h: height, r, fill, stroke, line };
}

/**
 * Two outlines that peek out behind a repeat.
 *
 * @param {FoldedNode} node
 * @param {SceneBox} box
 * @param {number} radius
 * @param {string} fill
 * @param {string} stroke
 * @returns {Item[]}
 */
function stackItems(node, box, radius, fill, stroke) {
  if (node.times < 2) return [];
  return [2, 1].map((n) => {
    const { x, y, width, height } = box;
    return rect({ x: x + n * space.STACK, y: y + n * space.STACK, width, height }, radius, fill, stroke, 1);
  });
}

/**
 * The arcs of skips that are folded away, with their numbers.
 *
 * @param {FoldedNode} node
 * @param {SceneBox} box
 * @param {boolean} isDown
 * @param {Theme} theme
 * @returns {Item[]}
 */
function loopItems(node, box, isDown, theme) {
  const step = loopStep(node, isDown);
  const side = isDown ? box.height : box.width;
  const first = (side - step * node.skips.length + (step - space.LOOP_WIDTH)) >> 1;
  return node.skips.flatMap(([kind, combine, count], i) => {
    const look = lookOf({ kind, combine });
    const { line, dash } = strokeOf(look, false);
    const along = (isDown ? box.y : box.x) + Math.max(first, 2) + i * step;
    const across = (isDown ? box.x + box.width : box.y + box.height) + stackOf(node);
    const [x, y] = isDown ? [across, along] : [along, across];
    /** @type {Item} */
    const arc = { t: "path", d: loop(x, y, space.LOOP_WIDTH, space.LOOP_BULGE, isDown), stroke: theme.skips[look], line, cap: "butt" };
    if (dash.length > 0) arc.dash = dash.map((n) => Math.max(n >> 1, 2));
    const [nx, ny] = isDown
      ? [x + space.LOOP_BULGE + 4, y + space.LOOP_WIDTH / 2 + BASELINE]
      : [x + space.LOOP_WIDTH + 2, y + space.LOOP_BULGE];
    return [arc, ...text(nx, ny, String(count), NUMBER_SIZE, 600, theme.skips[look], "start", numberRoom(node))];
  });
}
