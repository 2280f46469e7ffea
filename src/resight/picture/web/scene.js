/**
 * A finished layout in absolute coordinates: what drawing and tests read.
 *
 * @import {Folded} from "./fold.js"
 * @import {Box, Heading} from "./plan.js"
 */
import * as space from "./spacing.js";

/**
 * A drawn box. `x, y, width, height` is its face; the whole of it, loops and outlines included, is `outer`.
 *
 * @typedef {object} SceneBox
 * @property {number} node    position in the folded nodes
 * @property {number} parent  position of the box around it, -1 for none
 * @property {number} depth   frames around it
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {{x: number, y: number, width: number, height: number}} outer
 * @property {boolean} open
 * @property {Heading | null} heading
 */

/**
 * A drawn wire: one piece of one or more edges. `points` are `x, y, x, y, ...`.
 *
 * @typedef {object} SceneWire
 * @property {number} parent
 * @property {number} depth
 * @property {number[]} points
 * @property {number[]} edges
 * @property {string} look
 * @property {boolean} forks
 * @property {boolean} lands
 */

/**
 * @typedef {object} Scene
 * @property {number} width
 * @property {number} height
 * @property {boolean} isDown
 * @property {SceneBox[]} boxes  parents before children
 * @property {SceneWire[]} wires
 */

/**
 * @param {Folded} folded
 * @param {Box} root
 * @param {boolean} isDown
 * @returns {Scene}
 */
export function flatten(folded, root, isDown) {
  /** @type {Scene} */
  const scene = { width: 0, height: 0, isDown, boxes: [], wires: [] };
  const across = root.left + root.right + 2 * space.MARGIN;
  const along = root.length + 2 * space.MARGIN;
  [scene.width, scene.height] = isDown ? [across, along] : [along, across];
  const waiting = [root];
  /** For each box that waits: its axis, its start, its parent, its depth. */
  const places = [space.MARGIN + root.left, space.MARGIN, -1, 0];
  for (let box = waiting.pop(); box !== undefined; box = waiting.pop()) {
    const place = 4 * waiting.length;
    const axis = places[place];
    const start = places[place + 1];
    const depth = places[place + 3];
    if (box.node >= 0) scene.boxes.push(sceneBox(folded, box, axis, start, places[place + 2], depth, isDown));
    for (const { points, edges, look, forks, lands } of box.wires) {
      scene.wires.push({ parent: box.node, depth, points: placed(points, axis, start, isDown), edges, look, forks, lands });
    }
    const below = box.node >= 0 ? depth + 1 : depth;
    for (let i = box.kids.length - 1; i >= 0; i--) {
      const next = 4 * waiting.length;
      waiting.push(box.kids[i]);
      places[next] = axis + box.at[i].across;
      places[next + 1] = start + box.at[i].along;
      places[next + 2] = box.node;
      places[next + 3] = below;
    }
  }
  return scene;
}

/**
 * @param {Folded} folded
 * @param {Box} box
 * @param {number} axis
 * @param {number} start
 * @param {number} parent
 * @param {number} depth
 * @param {boolean} isDown
 * @returns {SceneBox}
 */
function sceneBox({ nodes }, box, axis, start, parent, depth, isDown) {
  const { x, y, width, height } = rectangle(axis, start, box.face, isDown);
  const { node, heading } = box;
  return { node, parent, depth, x, y, width, height, outer: rectangle(axis, start, box, isDown), open: nodes[node].open, heading };
}

/**
 * @param {number} axis
 * @param {number} start
 * @param {{left: number, right: number, length: number}} size
 * @param {boolean} isDown
 */
function rectangle(axis, start, { left, right, length }, isDown) {
  return isDown
    ? { x: axis - left, y: start, width: left + right, height: length }
    : { x: start, y: axis - left, width: length, height: left + right };
}

/**
 * A box's points in the picture, as `x, y, x, y, ...`.
 *
 * @param {number[]} points
 * @param {number} axis
 * @param {number} start
 * @param {boolean} isDown
 */
function placed(points, axis, start, isDown) {
  const moved = new Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    const across = points[i] + axis;
    const along = points[i + 1] + start;
    moved[i] = isDown ? across : along;
    moved[i + 1] = isDown ? along : across;
  }
  return moved;
}
