/**
 * How lines are drawn; their colours and dashes come from colours.py.
 */
import { DASHES } from "./palette.js";

/**
 * @typedef {object} Theme
 * @property {string} background
 * @property {string} ink       titles
 * @property {string} muted     details, shapes
 * @property {string} wire
 * @property {string} alarm     what failed
 * @property {string} alarmFill
 * @property {string[]} frames  fills of frames by depth; the last for all deeper ones
 * @property {string} frameLine
 * @property {Record<string, {fill: string, line: string}>} groups
 * @property {Record<string, string>} skips  by look
 * @property {string[]} ramp    fills by a number, from the least to the greatest
 * @property {string[]} signed  from below over zero to above
 */

/** Widths of lines, in pixels. */
export const WIRE_LINE = 1.5;
const SKIP_LINE = 3;
const WEAK_LINE = 1.5;

/**
 * How a skip's line is drawn.
 *
 * @param {string} look
 * @param {boolean} weak
 */
export function strokeOf(look, weak) {
  return { line: weak ? WEAK_LINE : SKIP_LINE, dash: DASHES[look] };
}
