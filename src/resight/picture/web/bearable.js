/**
 * How large a picture may be before it opens less.
 *
 * @import {Scene} from "./scene.js"
 */

/**
 * The largest sheet in pixels, either way round, and how many times longer than wide a picture may be. Down, that is
 * three screens of scrolling, or 1.5 mm high letters on A3 paper. To the right a box is a line of text high and as long as its
 * words, so that a plain chain is a ribbon whatever is open.
 */
const SHEETS = { down: { long: 3000, short: 2600, longest: 3 }, right: { long: 3600, short: 2600, longest: 8 } };
/** What fits on one screen, in pixels, may have any proportions. */
const SCREEN = 1200;

/**
 * Whether a reader can take a picture in: it fits the sheet, and is no thread that has to be scrolled along.
 *
 * @param {Pick<Scene, "width" | "height" | "isDown">} scene
 */
export function isBearable({ width, height, isDown }) {
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const sheet = isDown ? SHEETS.down : SHEETS.right;
  return long <= sheet.long && short <= sheet.short && (long <= SCREEN || long <= sheet.longest * short);
}
