/**
 * The step of the player on the map: its box glows, and values flow into it along its wires and shortcuts.
 *
 * @import {Box} from "../plan.js"
 * @import {Picture} from "./folding.js"
 * @import {Page} from "./page.js"
 * @import {Sheet} from "./paint.js"
 */
import { roundedWay } from "../shapes.js";
import { edgesAt, findBox, seenId, wayTo } from "./folding.js";
import { moveTo } from "./paint.js";
import { svgPath, swap } from "./pieces.js";

/** Corners of ways and boxes; dashes of what flows, in pixels of the picture, and how fast it flows, a second. */
const CORNER = 8;
const DASH = [7, 9];
const SPEED = 60;
/** Rings around the box that make the glow: how far out, and how strong. */
const GLOW = /** @type {const} */ ([[9, 0.14], [6, 0.2], [3, 0.32]]);
/** Least width of a line in the window, so that it can be seen from afar. */
const LEAST = 2;

/**
 * A wire into a box, where the frame around it lies.
 *
 * @typedef {object} Way
 * @property {string} path
 * @property {string} look  of a shortcut, else `""`
 * @property {number} x
 * @property {number} y
 */

export class Flow {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    /** The ways of the last step painted. @type {{picture: Picture, id: string, ways: Way[]} | null} */
    this.last = null;
    this.frame = 0;
    page.map.addOverlay((sheet, picture) => this.paint(sheet, picture));
    page.store.subscribe((state, before) => {
      if (state.step !== before.step) page.map.ask();
    });
  }

  /**
   * @param {Sheet} sheet
   * @param {Picture} picture
   */
  paint(sheet, picture) {
    const { map, model, store } = this.page;
    const { step, playing } = store.state;
    const id = step < 0 ? "" : seenId(picture, model.payload, `op-${step}`);
    const box = id === "" ? null : findBox(picture, id);
    if (box === null) return;
    if (this.last?.picture !== picture || this.last.id !== id) this.last = { picture, id, ways: waysInto(picture, id) };
    const { theme } = map.pieces;
    const { context } = sheet;
    const moves = playing && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    const line = Math.max(3.5, LEAST / sheet.camera.zoom);
    context.lineCap = "round";
    for (const { path, look, x, y } of this.last.ways) {
      moveTo(sheet, x, y);
      context.lineWidth = line;
      context.setLineDash(DASH);
      context.lineDashOffset = moves ? (-performance.now() / 1000) * SPEED : 0;
      context.strokeStyle = look === "" ? theme.ink : theme.skips[look];
      context.stroke(new Path2D(path));
    }
    context.setLineDash([]);
    context.lineDashOffset = 0;
    moveTo(sheet, box.x, box.y);
    context.strokeStyle = theme.ink;
    for (const [out, alpha] of GLOW) {
      context.globalAlpha = alpha;
      context.lineWidth = Math.max(3, LEAST / sheet.camera.zoom);
      context.beginPath();
      context.roundRect(-out, -out, box.width + 2 * out, box.height + 2 * out, Math.min(CORNER, box.height / 2) + out);
      context.stroke();
    }
    context.globalAlpha = 1;
    if (moves) this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      map.ask();
    });
  }
}

/**
 * The wires that end at a box, also those that come from outside its frame.
 *
 * @param {Picture} picture
 * @param {string} id
 * @returns {Way[]}
 */
export function waysInto(picture, id) {
  const { folded, root, isDown } = picture;
  const edges = new Set([...edgesAt(picture, id)].filter((e) => folded.edges[e].to === id));
  const frames = new Set([...edges].flatMap((e) => [folded.edges[e].from, id]).flatMap((box) => wayTo(picture, box)));
  /** @type {Way[]} */
  const ways = [];
  /** @type {[Box, number, number][]} */
  const waiting = [[root, 0, 0]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [box, axis, start] = next;
    for (const { points, edges: through, look } of box.wires) {
      if (!through.some((e) => edges.has(e))) continue;
      const way = isDown ? points : swap(points);
      ways.push({ path: svgPath(roundedWay(way, CORNER)), look, x: isDown ? axis : start, y: isDown ? start : axis });
    }
    box.kids.forEach((kid, i) => {
      if (frames.has(kid.node)) waiting.push([kid, axis + box.at[i].across, start + box.at[i].along]);
    });
  }
  return ways;
}
