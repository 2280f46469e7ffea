/**
 * A picture on a canvas: frames, wires, boxes, and skips on top of all, as in every other format.
 *
 * @import {Theme} from "../theme.js"
 * @import {Size} from "./camera.js"
 * @import {Camera} from "./state.js"
 * @import {Arc, Pieces, Strand} from "./pieces.js"
 * @import {Laid, Seen, Spot} from "./seen.js"
 */
import { strokeOf, WIRE_LINE } from "../theme.js";
import { faceOf } from "./folding.js";
import { paintItems } from "./marks.js";

/** From this zoom on boxes show their words, wires their corners. */
export const NEAR = 0.38;
/** No line is thinner, in window pixels: a skip can't be missed from any distance. */
const THINNEST = { wire: 0.5, skip: 1 };

/**
 * What to paint on: a canvas, and how the window lies over the picture. `ratio` is screen pixels per window pixel.
 *
 * @typedef {{context: CanvasRenderingContext2D, camera: Camera, size: Size, ratio: number}} Sheet
 */

/**
 * @param {Sheet} sheet
 * @param {Seen} seen
 * @param {Pieces} pieces
 */
export function paint(sheet, seen, pieces) {
  if (sheet.camera.zoom >= NEAR) paintNear(sheet, seen, pieces);
  else paintFar(sheet, seen, pieces);
}

/**
 * @param {Sheet} sheet
 * @param {string} colour
 */
export function clear({ context, size, ratio }, colour) {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = colour;
  context.fillRect(0, 0, size.width, size.height);
}

/**
 * Paint from here on in the coordinates of something at `x, y` of the picture.
 *
 * @param {Sheet} sheet
 * @param {number} x
 * @param {number} y
 */
export function moveTo({ context, camera, size, ratio }, x, y) {
  const scale = camera.zoom * ratio;
  context.setTransform(scale, 0, 0, scale, (x - camera.x) * scale + (size.width / 2) * ratio, (y - camera.y) * scale + (size.height / 2) * ratio);
}

/**
 * @param {Sheet} sheet
 * @param {Seen} seen
 * @param {Pieces} pieces
 */
function paintNear(sheet, { frames, boxes, strands, arcs }, pieces) {
  for (const spot of frames) paintBox(sheet, spot, pieces);
  paintStrands(sheet, strands, pieces.theme.wire);
  for (const spot of boxes) paintBox(sheet, spot, pieces);
  paintHalos(sheet, arcs);
  paintArcs(sheet, arcs);
}

/**
 * All wires without boxes.
 *
 * @param {Sheet} sheet
 * @param {Seen} seen
 * @param {Pieces} pieces
 */
export function paintWires(sheet, { strands, arcs }, { theme }) {
  if (sheet.camera.zoom >= NEAR) {
    paintStrands(sheet, strands, theme.wire);
    paintArcs(sheet, arcs);
  } else {
    paintFarWires(sheet, strands, theme);
    paintFarArcs(sheet, arcs, theme);
  }
}

/**
 * @param {Sheet} sheet
 * @param {Spot} spot
 * @param {Pieces} pieces
 */
export function paintBox(sheet, { box, axis, start, depth }, pieces) {
  const { isDown } = pieces.picture;
  moveTo(sheet, isDown ? axis : start, isDown ? start : axis);
  paintItems(sheet.context, pieces.itemsOf(box, depth), 0);
}

/** What is laid down once for a strand. @type {WeakMap<Strand, {lines: Path2D, heads: Path2D}>} */
const PATHS = new WeakMap();

/**
 * @param {Sheet} sheet
 * @param {Laid<Strand>[]} strands
 * @param {string} colour
 */
export function paintStrands(sheet, strands, colour) {
  const { context } = sheet;
  context.setLineDash([]);
  context.lineCap = "butt";
  context.lineWidth = WIRE_LINE;
  context.strokeStyle = context.fillStyle = colour;
  for (const { piece, x, y } of strands) {
    moveTo(sheet, x, y);
    const { lines, heads } = pathsOf(piece);
    context.stroke(lines);
    context.fill(heads);
  }
}

/** @param {Strand} strand */
function pathsOf(strand) {
  const known = PATHS.get(strand);
  if (known !== undefined) return known;
  const joined = (/** @type {string[]} */ parts) => new Path2D(parts.join(""));
  const paths = { lines: joined(strand.ways.map(({ line }) => line)), heads: joined(strand.ways.map(({ head }) => head)) };
  PATHS.set(strand, paths);
  return paths;
}

/**
 * The ground around arcs, so that they are seen to cross what they cross.
 *
 * @param {Sheet} sheet
 * @param {Laid<Arc>[]} arcs
 */
function paintHalos(sheet, arcs) {
  for (const { piece, x, y } of arcs) {
    moveTo(sheet, x, y);
    paintItems(sheet.context, [piece.halo], 0);
  }
}

/**
 * @param {Sheet} sheet
 * @param {Laid<Arc>[]} arcs
 */
export function paintArcs(sheet, arcs) {
  for (const { piece, x, y } of arcs) {
    moveTo(sheet, x, y);
    paintItems(sheet.context, piece.items, THINNEST.skip / sheet.camera.zoom);
  }
}

/**
 * From afar: plain rectangles and lines, those of one colour in one stroke.
 *
 * @param {Sheet} sheet
 * @param {Seen} seen
 * @param {Pieces} pieces
 */
export function paintFar(sheet, { frames, boxes, strands, arcs }, pieces) {
  const { theme } = pieces;
  const framed = (/** @type {Spot} */ { depth }) => ({ fill: theme.frames[Math.min(depth, theme.frames.length - 1)], line: theme.frameLine });
  paintFarBoxes(sheet, frames, pieces, framed);
  paintFarWires(sheet, strands, theme);
  paintFarBoxes(sheet, boxes, pieces, ({ box }) => pieces.coloursOf(box.node));
  paintFarArcs(sheet, arcs, theme);
}

/**
 * @param {Sheet} sheet
 * @param {Spot[]} spots
 * @param {Pieces} pieces
 * @param {(spot: Spot) => {fill: string, line: string}} coloursOf
 */
function paintFarBoxes(sheet, spots, { picture }, coloursOf) {
  const { context, camera, size, ratio } = sheet;
  const { zoom } = camera;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.lineWidth = 1 / ratio;
  for (const spot of spots) {
    const { x, y, width, height } = faceOf(spot.box, spot.axis, spot.start, picture.isDown);
    const [left, top] = [(x - camera.x) * zoom + size.width / 2, (y - camera.y) * zoom + size.height / 2];
    const [wide, high] = [Math.max(width * zoom, 1), Math.max(height * zoom, 1)];
    const { fill, line } = coloursOf(spot);
    context.fillStyle = Math.min(wide, high) < 3 ? line : fill;
    context.fillRect(left, top, wide, high);
    if (Math.min(wide, high) < 3) continue;
    context.strokeStyle = line;
    context.strokeRect(left, top, wide, high);
  }
}

/**
 * @param {Sheet} sheet
 * @param {Laid<Strand>[]} strands
 * @param {Theme} theme
 */
function paintFarWires(sheet, strands, theme) {
  const { context } = sheet;
  context.beginPath();
  for (const { piece, x, y } of strands) for (const { points } of piece.ways) trace(sheet, points, x, y);
  context.setLineDash([]);
  context.lineWidth = Math.max(WIRE_LINE * sheet.camera.zoom, THINNEST.wire);
  context.strokeStyle = theme.wire;
  context.stroke();
}

/**
 * @param {Sheet} sheet
 * @param {Laid<Arc>[]} arcs
 * @param {Theme} theme
 */
function paintFarArcs(sheet, arcs, theme) {
  const { context, camera } = sheet;
  /** @type {Map<string, Laid<Arc>[]>} */
  const looks = new Map();
  for (const arc of arcs) {
    const key = `${arc.piece.weak ? 1 : 0}${arc.piece.look}`;
    const same = looks.get(key);
    if (same === undefined) looks.set(key, [arc]);
    else same.push(arc);
  }
  for (const same of looks.values()) {
    const { look, weak } = same[0].piece;
    const { line, dash } = strokeOf(look, weak);
    context.beginPath();
    for (const { piece, x, y } of same) trace(sheet, piece.points, x, y);
    context.setLineDash(dash.map((n) => Math.max(n * camera.zoom, 2)));
    context.lineCap = "butt";
    context.lineWidth = Math.max(line * camera.zoom, THINNEST.skip);
    context.strokeStyle = theme.skips[look];
    context.stroke();
  }
}

/**
 * Add a way to the path that is being made, in window pixels.
 *
 * @param {Sheet} sheet
 * @param {number[]} points
 * @param {number} x
 * @param {number} y
 */
function trace({ context, camera, size }, points, x, y) {
  const { zoom } = camera;
  const [dx, dy] = [(x - camera.x) * zoom + size.width / 2, (y - camera.y) * zoom + size.height / 2];
  context.moveTo(points[0] * zoom + dx, points[1] * zoom + dy);
  for (let i = 2; i < points.length; i += 2) context.lineTo(points[i] * zoom + dx, points[i + 1] * zoom + dy);
}
