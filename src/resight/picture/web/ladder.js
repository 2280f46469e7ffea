/**
 * The ladder: a near-linear layout for networks, which are chains with side paths.
 *
 * Every module is laid out by itself, from the innermost outwards: rows by longest path, the heaviest path
 * as a straight spine, side chains in columns, what is left in lanes.
 *
 * @import {Folded, FoldedNode} from "./fold.js"
 * @import {Bend} from "./bend.js"
 * @import {Level} from "./cut.js"
 * @import {Box} from "./plan.js"
 * @import {Scene} from "./scene.js"
 */
import { Alike } from "./alike.js";
import { evenWidths, placeColumns, placeLanes, placePorts } from "./across.js";
import { placeRows } from "./along.js";
import { findChains, weightOf } from "./chains.js";
import { assignColumns, findLanes, floatChains } from "./columns.js";
import { cutEdges } from "./cut.js";
import { bendPlan, findBend } from "./bend.js";
import { closeFrame } from "./frame.js";
import { newPlan } from "./plan.js";
import { rankPlaces } from "./ranks.js";
import { routeWires } from "./route.js";
import { flatten } from "./scene.js";
import { sizeOf } from "./sizes.js";
import { turnBox, turnPlan } from "./turned.js";
import { assignTracks, chooseSides } from "./turns.js";
import { cutsWithin, wrapPlan } from "./wrap.js";

/** From sizes to wires; each stage fills in its part of the plan. */
const STAGES = [evenWidths, placeColumns, placeLanes, placePorts, chooseSides, assignTracks, placeRows, routeWires];

/**
 * @param {Folded} folded
 * @param {{direction: string, wrap: number}} view
 * @returns {Scene}
 */
export function layOut(folded, view) {
  return flatten(folded, placeAll(folded, view), view.direction === "down");
}

/**
 * The whole picture as boxes in boxes, each placed relative to the one around it.
 *
 * @param {Folded} folded
 * @param {{direction: string, wrap: number}} view
 * @param {boolean} [keepBlocks]  a block that repeats stays in one column, unless columns are asked for
 * @returns {Box}
 */
export function placeAll(folded, { direction, wrap }, keepBlocks = false) {
  const layout = new Layout(folded, direction === "down", wrap !== 1 && folded.nodes.length <= MANY_BOXES);
  const root = layout.place(new Map());
  if (!layout.keepPlans) return root;
  if (wrap > 0) return withColumns(layout, root, wrap);
  return nearAspect(layout, root, (box) => !keepBlocks || box.node < 0 || folded.nodes[box.node].times === 1);
}

/** Width over height that a wrapped picture aims at. */
const ASPECT = 4 / 3;
/** A picture up to this high, or wide, is left in one piece, in pixels; one of more boxes than this, too. */
const SHORT = { down: 1000, right: 1800 };
const MANY_BOXES = 4000;
/** Parts of its length that a picture is tried to be wrapped to. */
const TRIES = [2, 3, 4, 5, 6, 8, 10, 13, 17];
/** Where a number of columns is asked for, how much longer than an even share they may be, in steps. */
const SLACK = [1, 1.05, 1.1, 1.2, 1.3, 1.45, 1.6, 1.8];

/**
 * A U in its two legs; anything else that is long in the columns that bring it near to `ASPECT`.
 *
 * @param {Layout} layout
 * @param {Box} root
 * @param {(box: Box) => boolean} mayCut
 */
function nearAspect(layout, root, mayCut) {
  const { isDown } = layout;
  const bent = findBend(root);
  if (bent !== null) return layout.place(new Map(), bent);
  if (root.length <= (isDown ? SHORT.down : SHORT.right)) return root;
  const aim = isDown ? ASPECT : 1 / ASPECT;
  const missOf = (/** @type {Box} */ box) => Math.abs(Math.log((box.left + box.right) / box.length / aim));
  let [best, least] = [root, missOf(root)];
  for (const parts of TRIES) {
    const cuts = cutsWithin(root, root.length / parts, mayCut);
    if (cuts.size === 0) continue;
    const box = layout.place(cuts);
    if (missOf(box) < least) [best, least] = [box, missOf(box)];
  }
  return best;
}

/**
 * @param {Layout} layout
 * @param {Box} root
 * @param {number} columns
 */
function withColumns(layout, root, columns) {
  for (let count = columns; count > 1; count--) {
    for (const slack of SLACK) {
      const cuts = cutsWithin(root, (root.length / count) * slack);
      if (Math.max(0, ...cuts.values()) === count) return layout.place(cuts);
    }
  }
  const bent = columns > 1 ? findBend(root) : null; // the two legs of a U, where it can't be cut
  return bent === null ? root : layout.place(new Map(), bent);
}

/** One column, flowing as the picture does. */
const PLAIN = { columns: 1, bend: null, isUp: false };

/** All levels and their boxes, kept so that a change in one re-places only it and what is around it. */
export class Layout {
  /**
   * @param {Folded} folded
   * @param {boolean} isDown
   * @param {boolean} keepPlans  wrapping asks for them; a picture too large for that saves the memory
   */
  constructor(folded, isDown, keepPlans) {
    this.keepPlans = keepPlans;
    this.nodes = folded.nodes;
    this.isDown = isDown;
    const { levels, nesting } = cutEdges(folded);
    this.levels = levels;
    this.nesting = nesting;
    this.weights = weighNodes(levels, folded.nodes);
    /** @type {Map<number, Box>} Open boxes by node, in one column each. */
    this.placed = new Map();
  }

  /**
   * Place all levels; later, those alone that cuts or a bend change, and what is around them.
   *
   * @param {Map<number, number>} cuts  columns by node
   * @param {{node: number, bend: Bend} | null} [bent]
   * @returns {Box}  the whole picture
   */
  place(cuts, bent = null) {
    if (!this.keepPlans) return this.placeOnce();
    const boxes = new Map(this.placed);
    const isFirst = this.placed.size === 0;
    const up = bent === null ? new Set() : this.upOf(bent);
    const changed = this.around([...cuts.keys(), ...up, ...(bent === null ? [] : [bent.node])]);
    for (let i = this.levels.length - 1; i >= 0; i--) {
      const { node } = this.levels[i];
      if (!isFirst && !changed.has(node)) continue;
      const isBent = bent !== null && node === bent.node;
      const form = { columns: cuts.get(node) ?? 1, bend: isBent ? bent.bend : null, isUp: up.has(node) };
      boxes.set(node, this.placeLevel(this.levels[i], this.kidsOf(this.levels[i], boxes), form));
    }
    if (isFirst) this.placed = boxes;
    return /** @type {Box} */ (boxes.get(-1));
  }

  /**
   * Place all levels in one column each.
   *
   * @returns {Box}  the whole picture
   */
  placeOnce() {
    const alike = new Alike(this.nodes, this.isDown);
    for (let i = this.levels.length - 1; i >= 0; i--) {
      this.placed.set(this.levels[i].node, this.placeAlike(this.levels[i], this.placed, alike));
    }
    return /** @type {Box} */ (this.placed.get(-1));
  }

  /**
   * All open boxes in the leg of a U that goes up.
   *
   * @param {{node: number, bend: Bend}} bent
   * @returns {Set<number>}
   */
  upOf({ node, bend }) {
    const up = new Set();
    const { kids, plan } = /** @type {Box} */ (this.placed.get(node));
    kids.forEach((kid, j) => {
      if (kid.plan !== null && plan !== null && plan.ranks.rank[j] > bend.row) up.add(kid.node);
    });
    for (const level of this.levels) {
      if (!up.has(level.node)) continue;
      for (const kid of level.kids) if (this.nodes[kid].open) up.add(kid);
    }
    return up;
  }

  /**
   * Nodes and all open boxes around them, the whole picture included.
   *
   * @param {Iterable<number>} nodes
   */
  around(nodes) {
    const found = new Set([-1]);
    for (const start of nodes) {
      for (let node = start; !found.has(node); node = this.nesting.parents[node]) found.add(node);
    }
    return found;
  }

  /**
   * The boxes of a level's children.
   *
   * @param {Level} level
   * @param {Map<number, Box>} placed
   */
  kidsOf(level, placed) {
    return level.kids.map((kid) => placed.get(kid) ?? leafBox(this.nodes[kid], kid, this.isDown));
  }

  /**
   * A level in one column, its plan not kept: as one like it, where there is one.
   *
   * @param {Level} level
   * @param {Map<number, Box>} placed
   * @param {Alike} alike
   * @returns {Box}
   */
  placeAlike(level, placed, alike) {
    const boxes = this.kidsOf(level, placed);
    return alike.placed(level, boxes, level.kids.map((kid) => this.weights[kid]), () => this.placeLevel(level, boxes, PLAIN));
  }

  /**
   * @param {Level} level
   * @param {Box[]} boxes  per child
   * @param {{columns: number, bend: Bend | null, isUp: boolean}} form
   * @returns {Box}
   */
  placeLevel(level, boxes, { columns, bend, isUp }) {
    const ranks = rankPlaces(level);
    const chains = findChains(level, ranks, level.kids.map((kid) => this.weights[kid]));
    assignColumns(chains);
    const lanes = findLanes(level, ranks, chains, bend);
    if (bend === null) floatChains(level, ranks, chains);
    const turned = isUp ? boxes.map(turnBox) : boxes;
    const plan = newPlan(level, this.nodes, this.isDown, isUp, ranks, chains, lanes, turned);
    for (const stage of STAGES) stage(plan);
    if (columns > 1) wrapPlan(plan, columns);
    if (bend !== null) bendPlan(plan, bend);
    if (isUp) turnPlan(plan, boxes);
    const box = closeFrame(plan);
    if (!this.keepPlans) box.plan = null;
    return box;
  }
}

/**
 * Weights that find the spine, those of open boxes summed over what is in them.
 *
 * @param {Level[]} levels
 * @param {FoldedNode[]} nodes
 */
function weighNodes(levels, nodes) {
  const weights = nodes.map(weightOf);
  for (let i = levels.length - 1; i > 0; i--) {
    weights[levels[i].node] = levels[i].kids.reduce((sum, kid) => sum + weights[kid], 0);
  }
  return weights;
}

/** What a leaf holds, shared by all. @type {never[]} */
const NONE = [];

/**
 * @param {FoldedNode} node
 * @param {number} index
 * @param {boolean} isDown
 * @returns {Box}
 */
function leafBox(node, index, isDown) {
  const { left, right, length, face } = sizeOf(node, isDown);
  return { left, right, length, face, node: index, plan: null, ins: NONE, outs: NONE, kids: NONE, at: NONE, wires: NONE, heading: null };
}
