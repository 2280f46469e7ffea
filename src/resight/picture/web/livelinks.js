/**
 * The wires of a picture whose modules are opened and closed one at a time: only those of what changes are made anew.
 *
 * @import {FoldedEdge, FoldedSkip} from "./fold.js"
 * @import {Drawing} from "./nodes.js"
 * @import {Opening} from "./opening.js"
 * @import {Payload} from "./schema.js"
 * @import {Tree} from "./tree.js"
 * @import {Wiring} from "./wiring.js"
 */
import { areOfTwoMembers, countAt, holderOf, isDrawn, Linker, markNodes, placeSkips, visible } from "./link.js";
import { PairMap } from "./pairs.js";

/**
 * A value that is read: by whom (-1: by an output, the node of which follows), and the read's place in the order of all.
 *
 * @callback OnRead
 * @param {number} from
 * @param {number} to
 * @param {number} node
 * @param {number} order
 */

export class LiveLinks {
  /**
   * @param {Payload} payload
   * @param {Tree} tree
   * @param {Opening} opening
   * @param {Drawing} drawing
   * @param {Wiring} wiring
   */
  constructor(payload, tree, { runs }, drawing, wiring) {
    this.payload = payload;
    this.tree = tree;
    this.runs = runs;
    this.drawing = drawing;
    this.wiring = wiring;
    /** Edges that are gone leave holes. @type {FoldedEdge[]} */
    this.edges = [];
    /** Per edge: its nodes, and its place in the order of all. @type {[number, number][]} */
    this.ends = [];
    /** @type {number[]} */
    this.orders = [];
    /** Edges by their nodes. @type {PairMap<number[]>} */
    this.between = new PairMap();
    this.connect(0, payload.ops.length - 1);
    /** Per skip. @type {FoldedSkip[]} */
    this.skips = placeSkips(payload, tree, runs, drawing, this.edges);
  }

  /**
   * All reads with an end among some ops, in order.
   *
   * @param {number} first
   * @param {number} last
   * @param {OnRead} tell
   */
  eachRead(first, last, tell) {
    const { ops } = this.payload;
    const { nodeOf, leaves } = this.drawing;
    const { readers, firstRead, reads } = this.wiring;
    const take = (/** @type {number} */ to, /** @type {number} */ low, /** @type {number} */ high) => {
      if (!this.tree.shown[to] || nodeOf[to] < 0) return;
      const { inputs } = ops[to];
      for (let i = 0; i < inputs.length; i++) {
        const [from] = inputs[i];
        if (from >= low && from <= high && !areOfTwoMembers(this.payload, this.runs, from, to)) tell(from, to, nodeOf[to], firstRead[to] + i);
      }
    };
    for (let to = first; to <= last; to++) take(to, 0, ops.length);
    const outside = new Set();
    for (let from = first; from <= last; from++) for (const to of readers[from]) if (to > last) outside.add(to);
    for (const to of [...outside].sort((a, b) => a - b)) take(to, first, last);
    leaves.forEach(([op, node], i) => {
      if (op >= first && op <= last) tell(op, -1, node, reads + i);
    });
  }

  /**
   * The box that an op's value comes from.
   *
   * @param {number} op
   */
  startOf(op) {
    const { nodeOf, enters } = this.drawing;
    return enters.get(op) ?? nodeOf[op];
  }

  /**
   * Untie all edges that end at some ops' boxes; `replace` takes them away.
   *
   * @param {number} first
   * @param {number} last
   * @returns {number[]}
   */
  disconnect(first, last) {
    /** @type {number[]} */
    const gone = [];
    this.eachRead(first, last, (from, _, node) => {
      const start = this.startOf(from);
      gone.push(...(this.between.get(start, node) ?? []));
      this.between.delete(start, node);
    });
    return gone;
  }

  /**
   * Make all edges that end at some ops' boxes.
   *
   * @param {number} first
   * @param {number} last
   * @returns {number[]}
   */
  connect(first, last) {
    const linker = new Linker(this.payload, this.drawing, this.wiring.passing, (skip) => this.isDrawn(skip));
    /** Per pair of boxes that is joined: they, and the first read between them. @type {[[number, number], number][]} */
    const begun = [];
    this.eachRead(first, last, (from, to, node, order) => {
      if (linker.connect(from, to, node)) begun.push([[this.startOf(from), node], order]);
    });
    /** @type {number[]} */
    const made = [];
    linker.between.values().forEach((bundle, i) => {
      const [ends, order] = begun[i];
      const numbers = visible(bundle).map((edge) => {
        this.ends[this.edges.length] = ends;
        this.orders[this.edges.length] = order;
        return this.edges.push(edge) - 1;
      });
      this.between.set(ends[0], ends[1], numbers);
      for (const e of numbers) made.push(e);
    });
    markNodes(this.payload, this.drawing, this.wiring.skipsAmong(first, last).filter((s) => this.isDrawn(s)).map((s) => this.wiring.ways[s]));
    return made;
  }

  /** @param {number} skip */
  isDrawn(skip) {
    return isDrawn(this.payload, this.runs, this.drawing, this.payload.skips[skip]);
  }

  /**
   * Where skips are seen now that a call was turned. The boxes made for it count those folded away in them; no other
   * box's count changes, as there are no repeats where a call is turned by itself.
   *
   * @param {number} call
   * @param {number} start    the first node made for it
   * @param {number[]} gone   edges
   * @param {number[]} made   edges
   */
  replace(call, start, gone, made) {
    const { tree, drawing, wiring, edges } = this;
    const touched = new Set(wiring.skipsAmong(tree.first[call], tree.last[call]));
    for (const e of [...gone, ...made]) for (const s of edges[e].skips) touched.add(s);
    for (const e of gone) delete edges[e];
    for (const s of touched) this.skips[s] = { node: "", edges: this.skips[s].edges.filter((e) => edges[e] !== undefined) };
    for (const e of made) for (const s of edges[e].skips) this.skips[s].edges.push(e);
    for (const s of [...touched].sort((a, b) => a - b)) {
      const skip = this.payload.skips[s];
      if (!tree.inside[skip.owner] || drawing.nodeOf[skip.merge] < 0 || this.skips[s].edges.length > 0) continue;
      const holder = holderOf(drawing, skip, skip.merge);
      this.skips[s].node = holder < start ? drawing.nodes[holder].id : countAt(drawing.nodes[holder], skip);
    }
  }
}
