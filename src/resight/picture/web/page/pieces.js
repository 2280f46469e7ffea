/**
 * What is painted of a box, in coordinates of its own: the same marks as in every other format, made when first seen.
 *
 * @import {Folded} from "../fold.js"
 * @import {Box, Wire} from "../plan.js"
 * @import {SceneWire} from "../scene.js"
 * @import {Item, Step} from "../shapes.js"
 * @import {Theme} from "../theme.js"
 * @import {Warmth} from "../warm.js"
 * @import {Rectangle} from "./camera.js"
 * @import {Picture} from "./folding.js"
 */
import { haloOf, lineOf } from "../arcs.js";
import { boxItems, frameItems } from "../boxes.js";
import { CORNER, WIRE_ARROW } from "../draw.js";
import { arrowHead, roundedWay, shortened } from "../shapes.js";
import { faceOf } from "./folding.js";

/**
 * Plain wires of one value in one frame.
 *
 * @typedef {object} Strand
 * @property {Rectangle} bounds
 * @property {Way[]} ways
 */

/**
 * A plain wire: its points, its line and arrow head as in SVG, and the folded edges it carries, as positions.
 *
 * @typedef {{points: number[], line: string, head: string, edges: number[]}} Way
 */

/**
 * A part of a skip's arc in one frame.
 *
 * @typedef {object} Arc
 * @property {number} skip      the first skip it is a part of
 * @property {number[]} edges
 * @property {Rectangle} bounds
 * @property {number[]} points
 * @property {string} look
 * @property {boolean} weak
 * @property {Item} halo
 * @property {Item[]} items
 */

/**
 * How boxes are coloured, where not by their kind.
 *
 * @typedef {(node: Folded["nodes"][number]) => Warmth | null} Tint
 */

/** Makes and keeps the marks of one picture in one theme; `picture` may become what it is after a turn. */
export class Pieces {
  /**
   * @param {Picture} picture
   * @param {Theme} theme
   * @param {Tint | null} tint
   */
  constructor(picture, theme, tint) {
    this.picture = picture;
    this.theme = theme;
    this.tint = tint;
    /** Marks go with their box, which is another one wherever anything is placed anew. @type {WeakMap<Box, Item[]>} */
    this.items = new WeakMap();
    /** @type {WeakMap<Box, {strands: Strand[], arcs: Arc[]}>} */
    this.wires = new WeakMap();
  }

  /**
   * A folded node, with its colour where that goes by a number.
   *
   * @param {number} at
   */
  nodeOf(at) {
    const node = this.picture.folded.nodes[at];
    const heat = this.tint?.(node) ?? null;
    return heat === null ? node : { ...node, heat };
  }

  /** @param {number} node */
  coloursOf(node) {
    const { heat, group } = this.nodeOf(node);
    const { groups } = this.theme;
    return heat === undefined ? groups[group] ?? groups.other : { fill: heat.fill, line: groups.other.line };
  }

  /**
   * The marks of a box, open or closed.
   *
   * @param {Box} box
   * @param {number} depth
   * @returns {Item[]}
   */
  itemsOf(box, depth) {
    const known = this.items.get(box);
    if (known !== undefined) return known;
    const { isDown } = this.picture;
    const node = this.nodeOf(box.node);
    const place = { ...faceOf(box, 0, 0, isDown), outer: NOWHERE, node: box.node, parent: -1, depth, open: node.open, heading: box.heading };
    const items = (node.open ? frameItems : boxItems)(node, place, isDown, this.theme);
    this.items.set(box, items);
    return items;
  }

  /**
   * The wires inside an open box.
   *
   * @param {Box} box
   * @param {number} depth  of what is in it
   */
  wiresOf(box, depth) {
    const known = this.wires.get(box);
    if (known !== undefined) return known;
    const made = { strands: this.strandsOf(box), arcs: box.wires.filter(({ look }) => look !== "").map((wire) => this.arcOf(box, wire, depth)) };
    this.wires.set(box, made);
    return made;
  }

  /**
   * Plain wires: all of one value are one path, so that nothing is drawn over itself.
   *
   * @param {Box} box
   * @returns {Strand[]}
   */
  strandsOf(box) {
    const { folded, isDown } = this.picture;
    /** @type {Map<string, Strand>} */
    const values = new Map();
    for (const { points, edges, look, lands } of box.wires) {
      if (look !== "") continue;
      const way = isDown ? points : swap(points);
      const { from } = folded.edges[edges[0]];
      const line = svgPath(roundedWay(lands ? shortened(way, WIRE_ARROW - 1) : way, CORNER));
      const strand = values.get(from) ?? { bounds: NOWHERE, ways: [] };
      strand.ways.push({ points: way, line, head: lands ? svgPath(arrowHead(way, WIRE_ARROW)) : "", edges });
      values.set(from, strand);
    }
    for (const strand of values.values()) strand.bounds = boundsOf(strand.ways.map(({ points }) => points));
    return [...values.values()];
  }

  /**
   * @param {Box} box
   * @param {Wire} wire
   * @param {number} depth
   * @returns {Arc}
   */
  arcOf(box, { points, edges, look, forks, lands }, depth) {
    const { folded, isDown } = this.picture;
    const through = edges.map((e) => folded.edges[e]);
    const way = isDown ? points : swap(points);
    /** @type {SceneWire} */
    const wire = { parent: box.node, depth, points: way, edges, look, forks, lands };
    const weak = through.every((edge) => edge.weak);
    const partial = through.some((edge) => edge.partial);
    return {
      skip: through[0].skips[0], edges, bounds: boundsOf([way]), points: way, look, weak,
      halo: haloOf(folded, wire, this.theme), items: lineOf(wire, weak, partial, this.theme),
    };
  }
}

const NOWHERE = { x: 0, y: 0, width: 0, height: 0 };

/**
 * @param {number[][]} ways
 * @returns {Rectangle}
 */
function boundsOf(ways) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const way of ways) {
    for (let i = 0; i < way.length; i += 2) {
      [left, right] = [Math.min(left, way[i]), Math.max(right, way[i])];
      [top, bottom] = [Math.min(top, way[i + 1]), Math.max(bottom, way[i + 1])];
    }
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** @param {number[]} points */
export function swap(points) {
  return points.map((_, i) => points[i ^ 1]);
}

/**
 * @param {Step[]} steps
 */
export function svgPath(steps) {
  return steps.map((step) => step.join(" ")).join("");
}
