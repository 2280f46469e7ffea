/**
 * All of the picture in a corner, with the part that the window shows; a press goes there.
 *
 * @import {Camera} from "./state.js"
 * @import {Size} from "./camera.js"
 * @import {Page} from "./page.js"
 * @import {Picture} from "./folding.js"
 */
import { seenBy, toPicture } from "./camera.js";
import { sharpen } from "./dom.js";
import { clear, paintFar } from "./paint.js";
import { findSeen } from "./seen.js";

/** Most room it takes, in window pixels. */
const MOST = { width: 150, height: 190 };
/** It is not shown where this share of the picture's width and height is in sight: it would hide more of a small one than it shows. */
const ENOUGH = 0.5;

/**
 * @param {Page} page
 */
export function showMinimap(page) {
  const { map, document } = page;
  const part = page.part("minimap");
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  part.append(canvas);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const still = document.createElement("canvas"); // repainted only when the picture itself changes
  /** @type {unknown[]} */
  let painted = [];
  const layOut = () => placeOf(map.picture, map.size);

  map.addOverlay(({ camera, size, ratio }) => {
    const { camera: whole, size: small } = layOut();
    const seen = seenBy(camera, size);
    const { picture, pieces } = map;
    const { bounds } = picture;
    part.hidden = seen.width >= bounds.width * ENOUGH && seen.height >= bounds.height * ENOUGH;
    if (part.hidden) return;
    if (painted[0] !== picture || painted[1] !== pieces || still.height !== Math.round(small.height * ratio)) {
      const { width, height } = small;
      sharpen(canvas, width, height);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
      const sheet = { context: sharpen(still, width, height), camera: whole, size: small, ratio };
      clear(sheet, pieces.theme.background);
      paintFar(sheet, findSeen(picture, pieces, bounds, whole.zoom), pieces);
      painted = [picture, pieces];
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(still, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    frame(context, seen, whole, small, pieces.theme.ink);
  });

  const go = (/** @type {PointerEvent} */ event) => {
    if (event.buttons === 0 && event.type === "pointermove") return;
    const { camera: whole, size } = layOut();
    map.turnTo({ ...map.camera(), ...toPicture(whole, size, event.offsetX, event.offsetY) });
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    go(event);
  });
  canvas.addEventListener("pointermove", go);
}

/**
 * How large the picture is shown, and how it is looked at for that.
 *
 * @param {Picture} picture
 * @param {Size} window
 * @returns {{camera: Camera, size: Size}}
 */
function placeOf({ bounds }, window) {
  const most = { width: Math.min(MOST.width, window.width / 4.5), height: Math.min(MOST.height, window.height / 4) };
  const zoom = Math.min(most.width / bounds.width, most.height / bounds.height);
  const size = { width: Math.max(bounds.width * zoom, 24), height: Math.max(bounds.height * zoom, 24) };
  return { camera: { x: bounds.x + bounds.width / 2, y: bounds.y + bounds.height / 2, zoom }, size };
}

/**
 * The outline of what the window shows, never too small to be found.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number, width: number, height: number}} seen
 * @param {Camera} whole
 * @param {Size} size
 * @param {string} colour
 */
function frame(context, seen, whole, size, colour) {
  const left = Math.max((seen.x - whole.x) * whole.zoom + size.width / 2, 0);
  const top = Math.max((seen.y - whole.y) * whole.zoom + size.height / 2, 0);
  const right = Math.min((seen.x + seen.width - whole.x) * whole.zoom + size.width / 2, size.width);
  const bottom = Math.min((seen.y + seen.height - whole.y) * whole.zoom + size.height / 2, size.height);
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.strokeRect(left + 1, top + 1, Math.max(right - left - 2, 4), Math.max(bottom - top - 2, 4));
}
