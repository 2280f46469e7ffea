/**
 * Skips as things to draw: arcs that can't be missed.
 *
 * @import {Folded, FoldedEdge} from "./fold.js"
 * @import {Scene, SceneWire} from "./scene.js"
 * @import {Payload} from "./schema.js"
 * @import {Item} from "./shapes.js"
 * @import {Theme} from "./theme.js"
 */
import { frameFill } from "./boxes.js";
import { arrowHead, roundedWay, shortened } from "./shapes.js";
import { skipName } from "./styles.js";
import { strokeOf } from "./theme.js";

/** Radius of an arc's corners, length of its arrow head, radius of the dot where it forks, in pixels. */
const CORNER = 12;
const ARROW = 9;
const DOT = 4;
/** How far the ground shows on each side of an arc where it crosses other lines. */
const HALO = 3;
/** The same where it is a colour with a meaning. */
const WARM_HALO = 5;
/** The mark of a partial shortcut: how far from its start, and half its length. */
const [MARK_AT, MARK_HALF] = [9, 5];

/**
 * @param {Payload} payload
 * @param {Folded} folded
 * @param {Scene} scene
 * @param {Theme} theme
 * @returns {Item[]}
 */
export function drawArcs(payload, folded, scene, theme) {
  /** @type {Map<number, SceneWire[]>} Wires by the first skip they are part of. */
  const bySkip = new Map();
  for (const wire of scene.wires) {
    if (wire.look === "") continue;
    const first = folded.edges[wire.edges[0]].skips[0];
    bySkip.set(first, [...(bySkip.get(first) ?? []), wire]);
  }
  const inOrder = [...bySkip].sort(([s], [t]) => s - t);
  const arcs = inOrder.flatMap(([skip, wires]) => drawArc(payload, folded, skip, wires, theme));
  if (arcs.length === 0) return [];
  const halos = inOrder.flatMap(([, wires]) => wires.map((wire) => haloOf(folded, wire, theme)));
  return [{ t: "open", id: "halos", cls: "halos", tip: "" }, ...halos, { t: "close" }, ...arcs];
}

/**
 * @param {Payload} payload
 * @param {Folded} folded
 * @param {number} skip
 * @param {SceneWire[]} wires
 * @param {Theme} theme
 * @returns {Item[]}
 */
function drawArc(payload, { edges, skips }, skip, wires, theme) {
  const { look } = wires[0];
  const through = wires.flatMap((wire) => wire.edges.map((e) => edges[e]));
  const weak = through.every((edge) => edge.weak);
  const partial = through.some((edge) => edge.partial);
  const cls = ["skip", look, ...(weak ? ["weak"] : []), ...(partial ? ["partial"] : [])].join(" ");
  return [
    { t: "open", id: `skip-${skip}`, cls, tip: tipOf(payload, through, skip, skips[skip].heat?.words ?? "") },
    ...wires.flatMap((wire) => lineOf(wire, weak, partial, theme)),
    { t: "close" },
  ];
}

/**
 * @param {Payload} payload
 * @param {FoldedEdge[]} through
 * @param {number} skip
 * @param {string} number  what it is coloured by
 */
function tipOf({ ops, skips }, through, skip, number) {
  const { source, merge, weak } = skips[skip];
  const all = new Set(through.flatMap((edge) => edge.skips)).size;
  const more = all > 1 ? ` (and ${all - 1} more)` : "";
  return `${weak ? "weak " : ""}${skipName(skips[skip])} skip: ${ops[source[0]].title} → ${ops[merge].title}${more}${number === "" ? "" : ` · ${number}`}`;
}

/**
 * The ground around an arc, so that it is seen to cross other wires, not to join them; or, where skips have a number,
 * its colour. It leaves out the arc's ends, where it does join one.
 *
 * @param {Folded} folded
 * @param {SceneWire} wire
 * @param {Theme} theme
 * @returns {Item}
 */
export function haloOf({ edges, skips }, { points, depth, lands, forks, look, parent, edges: through }, theme) {
  const fill = skips[edges[through[0]].skips[0]]?.heat?.fill ?? "";
  const [stroke, halo] = fill === "" ? [parent < 0 ? theme.background : frameFill(theme, depth), HALO] : [fill, WARM_HALO];
  const weak = through.every((e) => edges[e].weak);
  const clear = shortened(points, lands ? ARROW + HALO : 0, forks ? DOT + HALO : 0);
  return { t: "path", d: roundedWay(clear, CORNER), stroke, line: strokeOf(look, weak).line + 2 * halo, cap: "butt" };
}

/**
 * @param {SceneWire} wire
 * @param {boolean} weak
 * @param {boolean} partial
 * @param {Theme} theme
 * @returns {Item[]}
 */
export function lineOf({ points, look, lands, forks }, weak, partial, theme) {
  const colour = theme.skips[look];
  const { line, dash } = strokeOf(look, weak);
  const way = lands ? shortened(points, ARROW - 2) : points;
  /** @type {Item} */
  const path = { t: "path", d: roundedWay(way, CORNER), stroke: colour, line, cap: "butt" };
  if (dash.length > 0) path.dash = dash;
  /** @type {Item[]} */
  const items = [path];
  if (lands) items.push({ t: "path", d: arrowHead(points, ARROW), stroke: colour, line: 0, fill: colour });
  if (forks) items.push({ t: "circle", x: points[0], y: points[1], r: DOT, fill: colour, stroke: colour, line: 0 });
  if (forks && partial) items.push(partialMark(points, colour));
  return items;
}

/**
 * A bar across the line behind its fork: only a slice of the value passes.
 *
 * @param {number[]} points
 * @param {string} stroke
 * @returns {Item}
 */
function partialMark([x, y, nextX, nextY], stroke) {
  const [dx, dy] = [Math.sign(nextX - x), Math.sign(nextY - y)];
  const [cx, cy] = [x + MARK_AT * dx, y + MARK_AT * dy];
  return {
    t: "path", d: [["M", cx - MARK_HALF * dy, cy - MARK_HALF * dx], ["L", cx + MARK_HALF * dy, cy + MARK_HALF * dx]], stroke, line: 2,
    cap: "round",
  };
}
