/**
 * Where the window looks: the mathematics of panning and zooming, without a window.
 *
 * @import {Camera} from "./state.js"
 */

/**
 * @typedef {{width: number, height: number}} Size
 * @typedef {{x: number, y: number, width: number, height: number}} Rectangle
 */

/** Most window pixels to a pixel of the picture. */
const NEAREST = 4;
/** Room around what is fitted into the window, in window pixels. */
const ROOM = 24;
/** Below this zoom the words of a picture are hard to read; a picture that needs less is shown from its beginning. */
const READABLE = 0.55;

/**
 * @param {Camera} camera
 * @param {Size} size  of the window
 * @param {number} x   in the picture
 * @param {number} y
 */
export function toWindow({ x: atX, y: atY, zoom }, { width, height }, x, y) {
  return { x: (x - atX) * zoom + width / 2, y: (y - atY) * zoom + height / 2 };
}

/**
 * @param {Camera} camera
 * @param {Size} size
 * @param {number} x  in the window
 * @param {number} y
 */
export function toPicture({ x: atX, y: atY, zoom }, { width, height }, x, y) {
  return { x: (x - width / 2) / zoom + atX, y: (y - height / 2) / zoom + atY };
}

/**
 * The part of the picture that a window shows.
 *
 * @param {Camera} camera
 * @param {Size} size
 * @returns {Rectangle}
 */
export function seenBy({ x, y, zoom }, { width, height }) {
  return { x: x - width / 2 / zoom, y: y - height / 2 / zoom, width: width / zoom, height: height / zoom };
}

/**
 * The picture moved along with the pointer.
 *
 * @param {Camera} camera
 * @param {number} dx  in window pixels
 * @param {number} dy
 * @returns {Camera}
 */
export function moveBy(camera, dx, dy) {
  return { ...camera, x: camera.x - dx / camera.zoom, y: camera.y - dy / camera.zoom };
}

/**
 * Nearer or farther, the point under `x, y` of the window staying where it is.
 *
 * @param {Camera} camera
 * @param {Size} size
 * @param {number} x
 * @param {number} y
 * @param {number} factor
 * @param {number} farthest  least zoom
 * @returns {Camera}
 */
export function zoomAt(camera, size, x, y, factor, farthest) {
  const zoom = Math.min(Math.max(camera.zoom * factor, farthest), NEAREST);
  const point = toPicture(camera, size, x, y);
  return { x: point.x - (x - size.width / 2) / zoom, y: point.y - (y - size.height / 2) / zoom, zoom };
}

/**
 * The zoom that shows a rectangle whole, at most at its own size.
 *
 * @param {Size} rectangle
 * @param {Size} size
 */
export function wholeZoom({ width, height }, size) {
  const room = (/** @type {number} */ all) => Math.max(all - 2 * ROOM, all / 2);
  return Math.min(room(size.width) / Math.max(width, 1), room(size.height) / Math.max(height, 1), 1);
}

/**
 * All of a picture.
 *
 * @param {Rectangle} rectangle
 * @param {Size} size
 * @returns {Camera}
 */
export function showWhole(rectangle, size) {
  const { x, y, width, height } = rectangle;
  return { x: x + width / 2, y: y + height / 2, zoom: wholeZoom(rectangle, size) };
}

/**
 * All of a picture where it can be read then; else as much of its beginning as can.
 *
 * @param {Rectangle} rectangle
 * @param {Size} size
 * @param {boolean} isDown  which way the network runs
 * @returns {Camera}
 */
export function showFirst(rectangle, size, isDown) {
  const whole = showWhole(rectangle, size);
  if (whole.zoom >= READABLE) return whole;
  const { x, y, width, height } = rectangle;
  const across = isDown ? wholeZoom({ width, height: 0 }, size) : wholeZoom({ width: 0, height }, size);
  const zoom = Math.max(Math.min(across, 1), READABLE);
  const from = (/** @type {number} */ start, /** @type {number} */ length, /** @type {number} */ window) =>
    length * zoom <= window - 2 * ROOM ? start + length / 2 : start + (window / 2 - ROOM) / zoom;
  const middle = (/** @type {number} */ start, /** @type {number} */ length) => start + length / 2;
  return isDown
    ? { x: width * zoom <= size.width ? middle(x, width) : from(x, width, size.width), y: from(y, height, size.height), zoom }
    : { x: from(x, width, size.width), y: height * zoom <= size.height ? middle(y, height) : from(y, height, size.height), zoom };
}

/**
 * Moved as little as needed to bring a rectangle into the window.
 *
 * @param {Camera} camera
 * @param {Rectangle} rectangle
 * @param {Size} size
 * @returns {Camera}
 */
export function bringIn(camera, rectangle, size) {
  const zoom = Math.max(camera.zoom, Math.min(READABLE, wholeZoom(rectangle, size)));
  const seen = seenBy({ ...camera, zoom }, size);
  const room = ROOM / zoom;
  const shift = (/** @type {number} */ start, /** @type {number} */ length, /** @type {number} */ low, /** @type {number} */ all) => {
    if (length + 2 * room > all) return start + length / 2 - (low + all / 2);
    return Math.min(start - room - low, 0) + Math.max(start + length + room - (low + all), 0);
  };
  return {
    x: camera.x + shift(rectangle.x, rectangle.width, seen.x, seen.width),
    y: camera.y + shift(rectangle.y, rectangle.height, seen.y, seen.height),
    zoom,
  };
}

/**
 * Part of the way from one camera to another; the zoom changes by equal factors.
 *
 * @param {Camera} from
 * @param {Camera} to
 * @param {number} share  0 to 1
 * @returns {Camera}
 */
export function between(from, to, share) {
  const mix = (/** @type {number} */ a, /** @type {number} */ b) => a + (b - a) * share;
  return { x: mix(from.x, to.x), y: mix(from.y, to.y), zoom: from.zoom * (to.zoom / from.zoom) ** share };
}
