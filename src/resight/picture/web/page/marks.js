/**
 * Marks of a display list on a canvas.
 *
 * @import {Item} from "../shapes.js"
 */
import { svgPath } from "./pieces.js";

/** Letters of the map; the page brings the font its boxes are measured for. */
const FAMILIES = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";
/** By how much words may be wider than measured before they are narrowed, in pixels: boxes are padded by more. */
const SLACK = 6;

/** What is laid down once for a mark that is painted again and again. @type {WeakMap<Item, Path2D>} */
const PATHS = new WeakMap();

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Item[]} items
 * @param {number} thinnest  no line is thinner
 */
export function paintItems(context, items, thinnest) {
  for (const item of items) {
    if (item.t === "text") {
      context.font = `${item.weight} ${item.size}px ${FAMILIES}`;
      context.textAlign = item.anchor === "middle" ? "center" : item.anchor;
      context.fillStyle = item.fill;
      context.fillText(item.text, item.x, item.y, item.w + SLACK);
    } else if (item.t !== "open" && item.t !== "close") {
      paintPath(context, item, thinnest);
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Extract<Item, {line: number}>} item
 * @param {number} thinnest
 */
function paintPath(context, item, thinnest) {
  const path = pathOf(item);
  if (item.fill !== undefined) {
    context.fillStyle = item.fill;
    context.fill(path);
  }
  if (item.line === 0) return;
  context.strokeStyle = item.stroke;
  context.lineWidth = Math.max(item.line, thinnest);
  context.lineCap = item.t === "path" ? (item.cap ?? "butt") : "butt";
  context.setLineDash(item.t === "circle" ? [] : (item.dash ?? []));
  context.stroke(path);
}

/**
 * @param {Extract<Item, {line: number}>} item
 */
function pathOf(item) {
  const known = PATHS.get(item);
  if (known !== undefined) return known;
  const path = new Path2D(item.t === "path" ? svgPath(item.d) : undefined);
  if (item.t === "rect") path.roundRect(item.x, item.y, item.w, item.h, item.r);
  if (item.t === "circle") path.arc(item.x, item.y, item.r, 0, 2 * Math.PI);
  PATHS.set(item, path);
  return path;
}
