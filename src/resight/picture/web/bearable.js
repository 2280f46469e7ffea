/**
 * How large a picture may be before it opens less.
 *
 * @import {Scene} from "./scene.js"
 */

/**
 * The largest sheet in pixels, either way round, and how many times longer than wide a picture may be. Down, that is
 * three screens of scrolling, or type of 1.3 mm on A3 paper. To the right a box is a line of text high and as long as
 * its words, so that a plain chain is a ribbon whatever is open.
 */
const SHEETS = { down: { long: 3000, short: 2600, longest: 3 }, right: { long: 3600, short: 2600, longest: 8 } };
/** What fits on one page of A4 with type of 2 mm, in pixels, may have any proportions. */
const PAGE = 1600;

/**
 * Whether a reader can take a picture in: it fits the sheet, and is no thread that has to be scrolled along.
 *
 * @param {Pick<Scene, "width" | "height" | "isDown">} scene
 */
export function isBearable({ width, height, isDown }) {
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const sheet = isDown ? SHEETS.down : SHEETS.right;
  return long <= sheet.long && short <= sheet.short && (long <= PAGE || long <= sheet.longest * short);
}
