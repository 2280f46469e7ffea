/**
 * What a picture is made of, as the views around it ask for it: to count the whole of a large network anew takes longer
 * than to open one module of it, so the count is kept up with what goes and comes.
 *
 * @import {FoldedNode} from "./fold.js"
 * @import {Drawing} from "./nodes.js"
 */
import { addSpans, countStretches, spansOf } from "./spans.js";

export class Census {
  /** @param {Pick<Drawing, "nodes" | "nodeOf">} drawing */
  constructor({ nodes, nodeOf }) {
    /** The ops of each box. */
    this.spans = spansOf(nodeOf, nodes.length);
    /** How many steps the forward pass has. */
    this.steps = countStretches(nodeOf, 0, nodeOf.length - 1);
    /** How many boxes that are not open there are of each group. @type {Map<string, number>} */
    this.groups = new Map();
    for (const node of nodes) this.count(node, 1);
  }

  /**
   * @param {FoldedNode} node
   * @param {1 | -1} by
   */
  count({ open, group }, by) {
    if (!open) this.groups.set(group, (this.groups.get(group) ?? 0) + by);
  }

  /**
   * The boxes of some ops are about to go; none of them stands for other ops as well.
   *
   * @param {Pick<Drawing, "nodes" | "nodeOf">} drawing
   * @param {number} first
   * @param {number} last
   */
  leave({ nodeOf }, first, last) {
    this.steps -= countStretches(nodeOf, first, last);
  }

  /**
   * Other boxes have come for them.
   *
   * @param {Pick<Drawing, "nodes" | "nodeOf">} drawing
   * @param {number} start  the first box that is new
   * @param {number} first
   * @param {number} last
   */
  enter({ nodes, nodeOf }, start, first, last) {
    this.steps += countStretches(nodeOf, first, last);
    addSpans(this.spans, nodeOf, nodes.length, first, last);
    for (let node = start; node < nodes.length; node++) this.count(nodes[node], 1);
  }
}
