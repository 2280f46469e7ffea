/**
 * The wires of a picture whose modules are opened and closed one at a time: only those of what changes are made anew.
 *
 * @import {FoldedEdge, FoldedSkip} from "./fold.js"
 * @import {Drawing} from "./nodes.js"
 * @import {Opening} from "./opening.js"
 * @import {Payload} from "./schema.js"
 * @import {Tree} from "./tree.js"
 */
import { Linker, markNodes, placeSkips, skipsDrawn, visible } from "./link.js";
import { pairOf } from "./pairs.js";
import { shortcutReads, waysOf } from "./ways.js";

/** A value that is read: by whom (-1: by an output, the node of which follows), and the read's place in the order of all. @typedef {[from: number, to: number, node: number, order: number]} Read */

export class LiveLinks {
  /**
   * @param {Payload} payload
   * @param {Tree} tree
   * @param {Opening} opening
   * @param {Drawing} drawing
   */
  constructor(payload, tree, { runs }, drawing) {
    this.payload = payload;
    this.tree = tree;
    this.runs = runs;
    this.drawing = drawing;
    this.ways = waysOf(payload, tree, payload.skips.map((_, s) => s));
    this.passing = shortcutReads(payload, this.ways);
    /** Per op: those that read it. @type {number[][]} */
    this.readers = payload.ops.map(() => []);
    /** Per op: how many reads come before its own. @type {number[]} */
    this.firstRead = [];
    let reads = 0;
    payload.ops.forEach((op, to) => {
      this.firstRead.push(reads);
      reads += op.inputs.length;
      for (const [from] of op.inputs) if (this.readers[from].at(-1) !== to) this.readers[from].push(to);
    });
    this.reads = reads;
    /** Edges that are gone leave holes. @type {FoldedEdge[]} */
    this.edges = [];
    /** Per edge: its nodes, and its place in the order of all. @type {[number, number][]} */
    this.ends = [];
    /** @type {number[]} */
    this.orders = [];
    /** Edges by the pair of their nodes. @type {Map<number, number[]>} */
    this.between = new Map();
    this.connect(0, payload.ops.length - 1);
  }

  /**
   * All reads with an end among some ops, in order.
   *
   * @param {number} first
   * @param {number} last
   * @returns {Read[]}
   */
  readsOf(first, last) {
    const { ops } = this.payload;
    const { nodeOf, leaves } = this.drawing;
    /** @type {Read[]} */
    const reads = [];
    const take = (/** @type {number} */ to, /** @type {(from: number) => boolean} */ counts) => {
      if (!this.tree.shown[to] || nodeOf[to] < 0) return;
      ops[to].inputs.forEach(([from], i) => {
        if (counts(from)) reads.push([from, to, nodeOf[to], this.firstRead[to] + i]);
      });
    };
    for (let to = first; to <= last; to++) take(to, () => true);
    const outside = new Set();
    for (let from = first; from <= last; from++) for (const to of this.readers[from]) if (to > last) outside.add(to);
    for (const to of [...outside].sort((a, b) => a - b)) take(to, (from) => from >= first && from <= last);
    leaves.forEach(([op, node], i) => {
      if (op >= first && op <= last) reads.push([op, -1, node, this.reads + i]);
    });
    return reads;
  }

  /**
   * Take away all edges that end at some ops' boxes.
   *
   * @param {number} first
   * @param {number} last
   * @returns {number[]}
   */
  disconnect(first, last) {
    const { nodeOf, enters } = this.drawing;
    const gone = [];
    for (const [from, , node] of this.readsOf(first, last)) {
      const pair = pairOf(enters.get(from) ?? nodeOf[from], node);
      gone.push(...(this.between.get(pair) ?? []));
      this.between.delete(pair);
    }
    for (const e of gone) delete this.edges[e];
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
    const seen = new Set(skipsDrawn(this.payload, this.runs, this.drawing));
    const linker = new Linker(this.payload, this.drawing, this.passing, seen);
    /** @type {Map<number, [from: number, node: number, order: number]>} */
    const begun = new Map();
    const { nodeOf, enters } = this.drawing;
    for (const [from, to, node, order] of this.readsOf(first, last)) {
      const pair = linker.connect(from, to, node);
      if (pair >= 0 && !begun.has(pair)) begun.set(pair, [enters.get(from) ?? nodeOf[from], node, order]);
    }
    const made = [];
    for (const [pair, bundle] of linker.between) {
      const [start, node, order] = /** @type {[number, number, number]} */ (begun.get(pair));
      const numbers = visible(bundle).map((edge) => {
        this.ends[this.edges.length] = [start, node];
        this.orders[this.edges.length] = order;
        return this.edges.push(edge) - 1;
      });
      this.between.set(pair, numbers);
      made.push(...numbers);
    }
    this.mark(seen, first, last);
    return made;
  }

  /**
   * What skips say about the boxes of some ops.
   *
   * @param {Set<number>} seen
   * @param {number} first
   * @param {number} last
   */
  mark(seen, first, last) {
    const { skips } = this.payload;
    const isIn = (/** @type {number} */ op) => op >= first && op <= last;
    markNodes(this.payload, this.drawing, this.ways.filter(({ skip, ops }) => seen.has(skip) && (isIn(skips[skip].merge) || ops.some(isIn))));
  }

  /**
   * Where each skip is seen; boxes count those folded away in them.
   *
   * @returns {FoldedSkip[]}
   */
  place() {
    this.drawing.nodes.forEach((node) => {
      if (node.skips.length > 0) node.skips = [];
    });
    return placeSkips(this.payload, this.tree, this.runs, this.drawing, this.edges);
  }
}
