/**
 * Places across the flow: columns, lanes, ports.
 *
 * @import {Chain} from "./chains.js"
 * @import {Plan} from "./plan.js"
 */
import { endX, startX } from "./plan.js";
import { isMerge, widen } from "./sizes.js";
import * as space from "./spacing.js";

/**
 * Boxes of ops in one column are equally wide: the eye reads a chain, not a ragged edge.
 *
 * @param {Plan} plan
 */
export function evenWidths({ level, nodes, isDown, chains, boxes }) {
  if (!isDown) return;
  const isPlain = (/** @type {number} */ j) => !nodes[level.kids[j]].open && !isMerge(nodes[level.kids[j]]);
  const columns = [chains.chains.map((chain) => chain.places), [level.kids.map((_, j) => j).filter((j) => chains.onSpine[j])]];
  for (const places of columns.flat()) {
    const plain = places.filter(isPlain);
    const side = plain.reduce((most, j) => Math.max(most, boxes[j].face.left), 0);
    for (const j of plain) widen(boxes[j], side);
  }
}

/**
 * The spine on the axis; each chain as near to it as its rows allow, inner columns first.
 *
 * @param {Plan} plan
 */
export function placeColumns(plan) {
  const { level, ranks, chains, boxes, sky, x } = plan;
  const spine = { left: new Array(ranks.rows + 2).fill(0), right: new Array(ranks.rows + 2).fill(0) };
  level.kids.forEach((_, j) => {
    if (chains.onSpine[j]) [spine.left[ranks.rank[j]], spine.right[ranks.rank[j]]] = [boxes[j].left, boxes[j].right];
  });
  sky.left.start(spine.left);
  sky.right.start(spine.right);
  keepSpineFree(plan);
  const outward = [...chains.chains].sort((p, q) => Math.abs(p.column) - Math.abs(q.column));
  for (const chain of outward) {
    const left = chain.places.reduce((most, j) => Math.max(most, boxes[j].left), 0);
    const right = chain.places.reduce((most, j) => Math.max(most, boxes[j].right), 0);
    const [inner, outer, taken] = chain.column > 0 ? [left, right, sky.right] : [right, left, sky.left];
    const last = Math.min(lastRow(chain), ranks.rows + 1);
    const axis = taken.reach(chain.low + 1, last) + space.COLUMN_GAP + inner;
    taken.raise(chain.low + 1, last, axis + outer);
    for (const place of chain.places) x[place] = chain.column > 0 ? axis : -axis;
  }
}

/**
 * A shortcut's way down may end beside its merge, all others above it.
 *
 * @param {Chain} chain
 */
function lastRow({ look, high }) {
  return look === "" ? high - 1 : high;
}

/**
 * Where the spine jumps over rows, its wire needs them free, also where it runs beside the axis.
 *
 * @param {Plan} plan
 */
function keepSpineFree(plan) {
  const { level, ranks, chains, sky } = plan;
  level.segments.forEach(({ a, b }, s) => {
    if (chains.role[s] !== "run" || !chains.onSpine[a] || ranks.rank[b] - ranks.rank[a] <= 1) return;
    const beside = [startX(plan, s), endX(plan, s)];
    sky.right.raise(ranks.rank[a] + 1, ranks.rank[b] - 1, Math.max(0, ...beside));
    sky.left.raise(ranks.rank[a] + 1, ranks.rank[b] - 1, -Math.min(0, ...beside));
  });
}

/**
 * Each lane right of everything in the rows it passes, lanes within it included.
 *
 * @param {Plan} plan
 */
export function placeLanes({ ranks, lanes, laneX, sky }) {
  lanes.forEach(({ from, high }, i) => {
    const low = ranks.rank[from] + 1;
    laneX[i] = sky.right.reach(low, high) + space.LANE;
    sky.right.raise(low, high, laneX[i]);
  });
}

/**
 * Ports stand straight above or below what they are tied to first; those that find that taken, beside it.
 *
 * @param {Plan} plan
 */
export function placePorts(plan) {
  const { level, chains, lanes, laneX, x } = plan;
  const { segments, kids, ins, outs, out, into } = level;
  const placed = new Set();
  const set = (/** @type {number} */ port, /** @type {number} */ at) => {
    if (port < kids.length || placed.has(port)) return;
    placed.add(port);
    x[port] = at;
  };
  for (let port = kids.length; port < x.length; port++) if (chains.onSpine[port]) set(port, 0);
  for (const { fork, join } of chains.chains) {
    if (fork >= 0) set(segments[fork].a, endX(plan, fork));
    if (join >= 0) set(segments[join].b, startX(plan, join));
  }
  lanes.forEach((lane, i) => {
    set(lane.from, laneX[i]);
    for (const s of lane.segments) set(segments[s].b, laneX[i]);
  });
  const rest = (/** @type {number} */ first, /** @type {number} */ count, /** @type {(port: number) => number} */ wish) => {
    const taken = new Set();
    for (let port = first; port < first + count; port++) if (placed.has(port)) taken.add(Math.floor(x[port] / space.PORT_GAP));
    for (let port = first; port < first + count; port++) {
      if (placed.has(port)) continue;
      let at = wish(port);
      while (isNear(taken, at)) at += space.PORT_GAP;
      taken.add(Math.floor(at / space.PORT_GAP));
      set(port, at);
    }
  };
  rest(kids.length, ins, (port) => endX(plan, out[port][0]));
  rest(kids.length + ins, outs, (port) => startX(plan, into[port][0]));
}

/**
 * @param {Set<number>} taken  slots of `PORT_GAP` pixels
 * @param {number} at
 */
function isNear(taken, at) {
  const slot = Math.floor(at / space.PORT_GAP);
  return taken.has(slot) || taken.has(slot + 1) || taken.has(slot - 1);
}
