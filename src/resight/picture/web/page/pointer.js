/**
 * Mouse, wheel, touchpad and fingers on the map.
 *
 * @import {MapView} from "./map.js"
 * @import {Page} from "./page.js"
 */
import { moveBy, toPicture, zoomAt } from "./camera.js";
import { markedAt } from "./highlight.js";
import { nameOf } from "./model.js";
import { arcAt, boxAt } from "./seen.js";
import { hover, select, turn } from "./state.js";

/** A press that moves less is a click, in window pixels. */
const STILL = 4;
/** How near to an arc the pointer must be. */
const REACH = { mouse: 6, touch: 14 };
/** Two taps within this time are a double one, in milliseconds. */
const TWICE = 350;
/** Turns of a wheel, and movements of two fingers on a touchpad, into factors of zoom. */
const WHEEL = 0.0016;
const PINCH = 0.01;
/** Height of a line, where a browser counts a wheel's turns in lines, in window pixels. */
const LINE = 20;

/**
 * @param {Page} page
 */
export function followPointer(page) {
  const { map, store } = page;
  const { canvas } = map;
  /** @type {Map<number, {x: number, y: number}>} */
  const down = new Map();
  let moved = 0;
  let last = { time: -TWICE, id: "" };

  const at = (/** @type {MouseEvent} */ event) => ({ x: event.offsetX, y: event.offsetY });
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at(event));
    if (down.size === 1) moved = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    const now = at(event);
    if (before === undefined) {
      store.change(hover, markedAt(page, now, 0) || idAt(map, now, REACH.mouse));
      return;
    }
    down.set(event.pointerId, now);
    moved += Math.hypot(now.x - before.x, now.y - before.y);
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    if (other !== undefined) pinch(map, before, now, other);
    else if (moved > STILL) map.turnTo(moveBy(map.camera(), now.x - before.x, now.y - before.y));
  });
  const up = (/** @type {PointerEvent} */ event) => {
    const isLast = down.delete(event.pointerId) && down.size === 0;
    if (!isLast || moved > STILL || event.type === "pointercancel") return;
    const reach = event.pointerType === "mouse" ? REACH.mouse : REACH.touch;
    const marked = markedAt(page, at(event), reach);
    if (marked !== "") {
      turnId(page, marked);
      return;
    }
    const id = idAt(map, at(event), reach);
    const isTwice = id === last.id && event.timeStamp - last.time < TWICE;
    last = { time: isTwice ? -TWICE : event.timeStamp, id };
    if (isTwice) turnId(page, id);
    else store.change(select, id);
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => store.change(hover, ""));
  canvas.addEventListener("wheel", (event) => roll(map, event), { passive: false });
}

/**
 * What lies at a point of the window: a skip before a box.
 *
 * @param {MapView} map
 * @param {{x: number, y: number}} point
 * @param {number} reach
 */
export function idAt(map, { x, y }, reach) {
  const camera = map.camera();
  const point = toPicture(camera, map.size, x, y);
  const arc = arcAt(map.seen.arcs, point.x, point.y, reach / camera.zoom);
  if (arc !== null) return `skip-${arc.skip}`;
  const spot = boxAt(map.picture, point.x, point.y);
  return spot === null ? "" : map.picture.folded.nodes[spot.box.node].id;
}

/**
 * Open or close the module call that an id names, if it can be.
 *
 * @param {Page} page
 * @param {string} id
 */
export function turnId({ store, folding }, id) {
  const [kind, call] = nameOf(id);
  if (kind === "call" && folding.canOpen(store.state, call)) store.change(turn, call);
}

/**
 * Two fingers: the points under them stay under them.
 *
 * @param {MapView} map
 * @param {{x: number, y: number}} before
 * @param {{x: number, y: number}} now
 * @param {{x: number, y: number}} other  the finger that is still
 */
function pinch(map, before, now, other) {
  const [was, is] = [before, now].map((point) => Math.hypot(point.x - other.x, point.y - other.y));
  const camera = zoomAt(map.camera(), map.size, other.x, other.y, is / Math.max(was, 1), map.farthest());
  map.turnTo(camera);
}

/**
 * A wheel zooms, two fingers on a touchpad move, or zoom where the browser says that they pinch.
 *
 * @param {MapView} map
 * @param {WheelEvent} event
 */
function roll(map, event) {
  event.preventDefault();
  // the mode first: Firefox tells lines, which only a wheel makes, to those who ask for it before the turns, else pixels
  const { deltaMode, deltaX, deltaY, ctrlKey, shiftKey, offsetX, offsetY } = event;
  const isWheel = deltaMode !== 0 || (deltaX === 0 && Math.abs(deltaY) >= 50 && Number.isInteger(deltaY));
  const pixels = deltaMode === 0 ? deltaY : deltaY * LINE;
  if (shiftKey || (!ctrlKey && !isWheel)) {
    map.turnTo(moveBy(map.camera(), shiftKey ? -pixels - deltaX : -deltaX, shiftKey ? 0 : -pixels));
    return;
  }
  const factor = Math.exp(-pixels * (ctrlKey && !isWheel ? PINCH : WHEEL));
  map.turnTo(zoomAt(map.camera(), map.size, offsetX, offsetY, factor, map.farthest()));
}
