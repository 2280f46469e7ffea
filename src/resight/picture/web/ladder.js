/**
 * The ladder: a near-linear layout for networks, which are chains with side paths.
 *
 * Every module is laid out by itself, from the innermost outwards: rows by longest path, the heaviest path
 * as a straight spine, side chains in columns, what is left in lanes.
 *
 * @import {Folded, FoldedNode} from "./fold.js"
 * @import {Level} from "./cut.js"
 * @import {Box} from "./plan.js"
 * @import {Scene} from "./scene.js"
 */
import { evenWidths, placeColumns, placeLanes, placePorts } from "./across.js";
import { placeRows } from "./along.js";
import { findChains, weightOf } from "./chains.js";
import { assignColumns, findLanes, floatChains } from "./columns.js";
import { cutEdges } from "./cut.js";
import { closeFrame } from "./frame.js";
import { newPlan } from "./plan.js";
import { rankPlaces } from "./ranks.js";
import { routeWires } from "./route.js";
import { flatten } from "./scene.js";
import { sizeOf } from "./sizes.js";
import { assignTracks, chooseSides } from "./turns.js";
import { chooseWrap, wrapPlan } from "./wrap.js";

/** From sizes to wires; each stage fills in its part of the plan. */
const STAGES = [evenWidths, placeColumns, placeLanes, placePorts, chooseSides, assignTracks, placeRows, routeWires];

/**
 * @param {Folded} folded
 * @param {{direction: string, wrap: number}} view
 * @returns {Scene}
 */
export function layOut(folded, { direction, wrap }) {
  const isDown = direction === "down";
  const layout = new Layout(folded, isDown);
  const root = layout.placeAll();
  const cut = chooseWrap(root, wrap, isDown);
  return flatten(folded, cut === null ? root : layout.placeWrapped(cut.node, cut.columns), isDown);
}

/** Boxes of all levels, kept so that a change inside one re-places only it and what is around it. */
class Layout {
  /**
   * @param {Folded} folded
   * @param {boolean} isDown
   */
  constructor(folded, isDown) {
    this.nodes = folded.nodes;
    this.isDown = isDown;
    const { levels, levelOf } = cutEdges(folded);
    this.levels = levels;
    this.levelOf = levelOf;
    this.weights = weighNodes(levels, folded.nodes);
    this.parents = new Map(folded.nodes.map((node) => [node.id, node.parent]));
    /** @type {Map<number, Box>} Open boxes by node. */
    this.placed = new Map();
  }

  /** @returns {Box} */
  placeAll() {
    for (let i = this.levels.length - 1; i > 0; i--) this.placed.set(this.levels[i].node, this.place(this.levels[i], 1));
    return this.place(this.levels[0], 1);
  }

  /**
   * @param {number} node     whose rows are cut into columns; -1 for the whole picture
   * @param {number} columns
   */
  placeWrapped(node, columns) {
    const around = this.levels.filter((level) => this.isWithin(node, level.node)).reverse();
    let box = null;
    for (const level of around) {
      box = this.place(level, level.node === node ? columns : 1);
      this.placed.set(level.node, box);
    }
    return /** @type {Box} */ (box);
  }

  /**
   * @param {number} node
   * @param {number} outer
   */
  isWithin(node, outer) {
    if (outer < 0 || node === outer) return true;
    for (let id = node < 0 ? "" : this.nodes[node].parent; id !== ""; id = this.parents.get(id) ?? "") {
      if (id === this.nodes[outer].id) return true;
    }
    return false;
  }

  /**
   * @param {Level} level
   * @param {number} columns
   * @returns {Box}
   */
  place(level, columns) {
    const boxes = level.kids.map((kid) => this.placed.get(kid) ?? leafBox(this.nodes[kid], kid, this.isDown));
    const ranks = rankPlaces(level);
    const chains = findChains(level, ranks, level.kids.map((kid) => this.weights[kid]));
    assignColumns(chains);
    const lanes = findLanes(level, ranks, chains);
    floatChains(level, ranks, chains);
    const plan = newPlan(level, this.nodes, this.isDown, ranks, chains, lanes, boxes);
    for (const stage of STAGES) stage(plan);
    if (columns > 1) wrapPlan(plan, columns);
    return closeFrame(plan);
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

/**
 * @param {FoldedNode} node
 * @param {number} index
 * @param {boolean} isDown
 * @returns {Box}
 */
function leafBox(node, index, isDown) {
  return { ...sizeOf(node, isDown), node: index, plan: null, ins: [], outs: [], kids: [], at: [], wires: [], heading: null };
}
