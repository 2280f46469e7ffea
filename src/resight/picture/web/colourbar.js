/**
 * The bar of a legend: colours from the least number to the greatest.
 *
 * @import {Item} from "./shapes.js"
 * @import {Theme} from "./theme.js"
 * @import {Legend} from "./warm.js"
 */
import { text } from "./boxes.js";
import { hexOf, mixed } from "./heat.js";
import { textWidth } from "./measure.js";

/** Size of letters, the bar, the slices it is made of, and gaps, in pixels. */
const SIZE = 12;
const [BAR_WIDTH, BAR_HEIGHT, SLICE] = [144, 12, 3];
const GAP = 8;
const TITLE_GAP = 16;

/**
 * @param {Legend} legend
 */
export function colourbarWidth({ title, low, high }) {
  return barFrom(title, low) + BAR_WIDTH + GAP + textWidth(high, SIZE, 400);
}

/**
 * How far the bar is from the beginning of its line.
 *
 * @param {string} title
 * @param {string} low
 */
function barFrom(title, low) {
  return textWidth(title, SIZE, 600) + TITLE_GAP + (low === "" ? 0 : textWidth(low, SIZE, 400) + GAP);
}

/**
 * Title, least number, bar and greatest number on one line.
 *
 * @param {Legend} legend
 * @param {number} x
 * @param {number} y  baseline
 * @param {Theme} theme
 * @param {number} room
 * @returns {Item[]}
 */
export function colourbarItems({ title, low, high, colours }, x, y, theme, room) {
  const from = x + textWidth(title, SIZE, 600) + TITLE_GAP;
  const bar = x + barFrom(title, low);
  const to = bar + BAR_WIDTH + GAP;
  /** @type {Item[]} */
  const slices = [];
  for (let at = 0; at < BAR_WIDTH; at += SLICE) {
    const fill = hexOf(mixed(colours, at / (BAR_WIDTH - SLICE)));
    slices.push({ t: "rect", x: bar + at, y: y - BAR_HEIGHT + 2, w: SLICE, h: BAR_HEIGHT, r: 0, fill, stroke: fill, line: 0 });
  }
  return [
    ...text(x, y, title, SIZE, 600, theme.ink, "start", room),
    ...text(from, y, low, SIZE, 400, theme.ink, "start", room),
    ...slices,
    ...text(to, y, high, SIZE, 400, theme.ink, "start", room),
  ];
}
