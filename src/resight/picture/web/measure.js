/**
 * Widths of text in the shipped font, and text cut to a width.
 */
import { ADVANCES } from "./advances.js";

/** Thousandths of an em for what the font does not hold: wide scripts and emoji; anything else. */
const WIDE = 1000;
const UNKNOWN = 700;

/** First and last characters of scripts whose signs are as wide as high, by Unicode's East Asian Width. */
const WIDE_RANGES = [
  [0x1100, 0x115f], [0x2e80, 0x303e], [0x3041, 0x33ff], [0x3400, 0x4dbf], [0x4e00, 0x9fff], [0xa000, 0xa4cf],
  [0xac00, 0xd7a3], [0xf900, 0xfaff], [0xfe30, 0xfe6f], [0xff00, 0xff60], [0xffe0, 0xffe6], [0x1f000, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Characters that take no room: combining marks, joiners, variation selectors. */
const ZERO_RANGES = [[0x300, 0x36f], [0x200b, 0x200f], [0x2060, 0x2064], [0xfe00, 0xfe0f]];

/** Advances of the characters that nearly all labels are made of, by code. */
const COMMON = {
  400: Array.from({ length: 0x180 }, (_, code) => advance(code, 400)),
  600: Array.from({ length: 0x180 }, (_, code) => advance(code, 600)),
};

/**
 * Advance of a character in thousandths of an em.
 *
 * @param {number} code
 * @param {400 | 600} weight
 */
function advance(code, weight) {
  const known = ADVANCES[weight].get(code);
  if (known !== undefined) return known;
  const isIn = (/** @type {number[]} */ [first, last]) => first <= code && code <= last;
  if (ZERO_RANGES.some(isIn)) return 0;
  return WIDE_RANGES.some(isIn) ? WIDE : UNKNOWN;
}

/**
 * Width of a line of text in whole pixels, rounded up.
 *
 * @param {string} text
 * @param {number} size    of the font, in pixels
 * @param {400 | 600} weight
 */
export function textWidth(text, size, weight) {
  const known = KNOWN[weight];
  let sum = known.get(text);
  if (sum === undefined) {
    sum = advanceOf(text, weight);
    if (known.size < MOST_KNOWN) known.set(text, sum);
  }
  return Math.ceil((sum * size) / 1000);
}

/**
 * Advances of the texts measured first: a network has few labels, on however many boxes.
 *
 * @type {Record<400 | 600, Map<string, number>>}
 */
const KNOWN = { 400: new Map(), 600: new Map() };
const MOST_KNOWN = 4096;

/**
 * Advance of a line of text in thousandths of an em.
 *
 * @param {string} text
 * @param {400 | 600} weight
 */
function advanceOf(text, weight) {
  const common = COMMON[weight];
  let sum = 0;
  for (let i = 0; i < text.length; i++) {
    const code = /** @type {number} */ (text.codePointAt(i));
    if (code > 0xffff) i += 1;
    sum += code < common.length ? common[code] : advance(code, weight);
  }
  return sum;
}

/**
 * The text, or as much of its head and tail as fits around an ellipsis; `""` where not even that fits.
 *
 * @param {string} text
 * @param {number} size
 * @param {400 | 600} weight
 * @param {number} room  in pixels
 */
export function fitText(text, size, weight, room) {
  if (textWidth(text, size, weight) <= room) return text;
  const chars = [...text];
  let [fits, tooMany] = [-1, chars.length];
  while (tooMany - fits > 1) {
    const kept = (fits + tooMany) >> 1;
    if (textWidth(cutMiddle(chars, kept), size, weight) <= room) fits = kept;
    else tooMany = kept;
  }
  return fits < 0 ? "" : cutMiddle(chars, fits);
}

/**
 * @param {string[]} chars
 * @param {number} kept
 */
function cutMiddle(chars, kept) {
  const head = (kept + 1) >> 1;
  return `${chars.slice(0, head).join("")}…${chars.slice(chars.length - (kept - head)).join("")}`;
}
