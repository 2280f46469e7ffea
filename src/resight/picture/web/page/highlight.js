/**
 * What is pointed at and what is selected, painted over the map.
 *
 * @import {MapView} from "./map.js"
 * @import {Light} from "./light.js"
 * @import {Page} from "./page.js"
 * @import {Sheet} from "./paint.js"
 */
import { toWindow } from "./camera.js";
import { findBox, seenId } from "./folding.js";
import { lightOf, litPart } from "./light.js";
import { nameOf } from "./model.js";
import { clear, paint, paintStrands } from "./paint.js";

/** How much of the rest is taken away beside a lit skip. */
const DIM = 0.72;
/** From a box to its outline, the outline's width, the mark that opens and closes: its radius and half its strokes, in window pixels. */
const [RING_GAP, RING_LINE, MARK, ARM] = [3, 2, 8, 4];

/**
 * @param {Page} page
 */
export function showHighlights(page) {
  const { map, model, store } = page;
  map.addOverlay((sheet, picture) => {
    const { hovered, selected } = store.state;
    for (const id of new Set([selected, hovered])) {
      const isChosen = id === selected && (hovered === "" || hovered === selected || nameOf(hovered)[0] !== "skip");
      const light = lightOf(picture, model, nameOf(id)[0] === "skip" ? id : seenId(picture, model.payload, id));
      if (light === null) continue;
      if (light.dims && (id === hovered || isChosen)) paintLit(sheet, map, light);
      else if (!light.dims) paintWires(sheet, map, light);
    }
    for (const id of new Set([hovered, selected])) paintRing(sheet, page, id, id === selected);
  });
}

/**
 * All else dimmed, what is lit painted again.
 *
 * @param {Sheet} sheet
 * @param {MapView} map
 * @param {Light} light
 */
function paintLit(sheet, map, light) {
  const lit = litPart(map.seen, light);
  sheet.context.globalAlpha = DIM;
  clear(sheet, map.pieces.theme.background);
  sheet.context.globalAlpha = 1;
  paint(sheet, { ...lit, frames: [] }, map.pieces);
}

/**
 * @param {Sheet} sheet
 * @param {MapView} map
 * @param {Light} light
 */
function paintWires(sheet, map, light) {
  paintStrands(sheet, litPart(map.seen, light).strands, map.pieces.theme.ink);
}

/**
 * An outline, and the mark to open or close what it is around.
 *
 * @param {Sheet} sheet
 * @param {Page} page
 * @param {string} id
 * @param {boolean} isChosen
 */
function paintRing({ context, ratio, camera, size }, page, id, isChosen) {
  const { map, model } = page;
  if (nameOf(id)[0] === "skip") return;
  const place = findBox(map.picture, seenId(map.picture, model.payload, id));
  if (place === null) return;
  const { theme } = map.pieces;
  const { x, y } = toWindow(camera, size, place.x, place.y);
  const [wide, high] = [place.width * camera.zoom, place.height * camera.zoom];
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.setLineDash([]);
  context.strokeStyle = theme.ink;
  context.globalAlpha = isChosen ? 1 : 0.45;
  context.lineWidth = RING_LINE;
  context.beginPath();
  context.roundRect(x - RING_GAP, y - RING_GAP, wide + 2 * RING_GAP, high + 2 * RING_GAP, 8 * Math.min(camera.zoom, 1) + RING_GAP);
  context.stroke();
  context.globalAlpha = 1;
  const mark = markOf(page, id);
  if (mark === null) return;
  context.fillStyle = theme.ink;
  context.strokeStyle = theme.background;
  context.beginPath();
  context.arc(mark.x, mark.y, MARK, 0, 2 * Math.PI);
  context.fill();
  context.beginPath();
  context.moveTo(mark.x - ARM, mark.y);
  context.lineTo(mark.x + ARM, mark.y);
  if (!mark.isOpen) {
    context.moveTo(mark.x, mark.y - ARM);
    context.lineTo(mark.x, mark.y + ARM);
  }
  context.stroke();
}

/**
 * Where the mark of a box that can be opened or closed stands in the window, or null.
 *
 * @param {Page} page
 * @param {string} id
 */
export function markOf({ map, folding, store }, id) {
  const [kind, call] = nameOf(id);
  if (kind !== "call" || !folding.canOpen(store.state, call)) return null;
  const place = findBox(map.picture, id);
  if (place === null) return null;
  const { x, y } = toWindow(map.camera(), map.size, place.x, place.y);
  const node = /** @type {number} */ (map.picture.index.get(id));
  return { x: x - RING_GAP, y: y - RING_GAP, isOpen: map.picture.folded.nodes[node].open };
}

/**
 * The box whose mark is at a point of the window, of those that show one; `""` for none.
 *
 * @param {Page} page
 * @param {{x: number, y: number}} point
 * @param {number} reach
 */
export function markedAt(page, { x, y }, reach) {
  const { hovered, selected } = page.store.state;
  return [hovered, selected].find((id) => {
    const mark = markOf(page, id);
    return mark !== null && Math.hypot(mark.x - x, mark.y - y) <= Math.max(reach, MARK + 2);
  }) ?? "";
}
