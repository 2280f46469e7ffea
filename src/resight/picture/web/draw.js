/**
 * Drawing: from a scene to a display list that any format can write.
 *
 * @import {Folded} from "./fold.js"
 * @import {Scene, SceneBox, SceneWire} from "./scene.js"
 * @import {Payload, View} from "./schema.js"
 * @import {DisplayList, Item, Step} from "./shapes.js"
 * @import {Theme} from "./theme.js"
 */
import { drawArcs } from "./arcs.js";
import { boxItems, frameItems } from "./boxes.js";
import { fold } from "./fold.js";
import { drawHeader } from "./header.js";
import { layOut } from "./ladder.js";
import { THEMES } from "./palette.js";
import { arrowHead, roundedWay, shortened } from "./shapes.js";
import { WIRE_LINE } from "./theme.js";

/** Radius of a wire's corners and length of its arrow head, in pixels. */
export const CORNER = 8;
export const WIRE_ARROW = 6;

/**
 * @param {Payload} payload
 * @param {View} view
 * @returns {DisplayList}
 */
export function draw(payload, view) {
  const folded = fold(payload, view);
  const scene = layOut(folded, view);
  const theme = THEMES[view.theme];
  const header = drawHeader(payload, view, folded, theme, scene.width);
  const width = Math.max(scene.width, header.width);
  const moved = moveScene(scene, (width - scene.width) >> 1, header.height);
  const items = [...header.items, ...drawScene(payload, folded, moved, theme)];
  return { width, height: scene.height + header.height, background: theme.background, title: payload.title, items };
}

/**
 * Frames first, then wires, boxes, and skips on top of all.
 *
 * @param {Payload} payload
 * @param {Folded} folded
 * @param {Scene} scene
 * @param {Theme} theme
 * @returns {Item[]}
 */
export function drawScene(payload, folded, scene, theme) {
  const group = (/** @type {SceneBox} */ box, /** @type {Item[]} */ items) => {
    const node = folded.nodes[box.node];
    return [{ t: "open", id: node.id, cls: `box ${node.kind}`, tip: tipOf(node) }, ...items, { t: "close" }];
  };
  const frames = scene.boxes.filter((box) => box.open);
  const leaves = scene.boxes.filter((box) => !box.open);
  return /** @type {Item[]} */ ([
    ...frames.flatMap((box) => group(box, frameItems(folded.nodes[box.node], box, scene.isDown, theme))),
    ...drawWires(folded, scene.wires, theme),
    ...leaves.flatMap((box) => group(box, boxItems(folded.nodes[box.node], box, scene.isDown, theme))),
    ...drawArcs(payload, folded, scene, theme),
  ]);
}

/**
 * Plain wires: all of one value in one box are one path, so that nothing is drawn over itself.
 *
 * @param {Folded} folded
 * @param {SceneWire[]} wires
 * @param {Theme} theme
 * @returns {Item[]}
 */
function drawWires({ edges }, wires, theme) {
  /** @type {Map<string, {lines: Step[], heads: Step[]}>} */
  const values = new Map();
  for (const { parent, points, edges: through, look, lands } of wires) {
    if (look !== "") continue;
    const key = `${parent} ${edges[through[0]].from}`;
    const value = values.get(key) ?? { lines: [], heads: [] };
    value.lines.push(...roundedWay(lands ? shortened(points, WIRE_ARROW - 1) : points, CORNER));
    if (lands) value.heads.push(...arrowHead(points, WIRE_ARROW));
    values.set(key, value);
  }
  if (values.size === 0) return [];
  const items = [...values.values()].flatMap(({ lines, heads }) => {
    /** @type {Item[]} */
    const drawn = [{ t: "path", d: lines, stroke: theme.wire, line: WIRE_LINE }];
    if (heads.length > 0) drawn.push({ t: "path", d: heads, stroke: theme.wire, line: 0, fill: theme.wire });
    return drawn;
  });
  return [{ t: "open", id: "wires", cls: "wires", tip: "" }, ...items, { t: "close" }];
}

/**
 * @param {Folded["nodes"][number]} node
 */
function tipOf({ title, detail, shape, path, parameters, times, heat }) {
  const count = parameters === "" ? "" : `${parameters} parameters`;
  const words = [path || title, detail, shape, count, times > 1 ? `×${times}` : "", heat?.words ?? ""];
  return words.filter((word) => word !== "").join(" · ");
}

/**
 * @param {Scene} scene
 * @param {number} dx
 * @param {number} dy
 * @returns {Scene}
 */
function moveScene(scene, dx, dy) {
  const boxes = scene.boxes.map((box) => ({
    ...box,
    x: box.x + dx,
    y: box.y + dy,
    outer: { ...box.outer, x: box.outer.x + dx, y: box.outer.y + dy },
  }));
  const wires = scene.wires.map((wire) => ({ ...wire, points: wire.points.map((value, i) => value + (i % 2 === 0 ? dx : dy)) }));
  return { ...scene, boxes, wires };
}
