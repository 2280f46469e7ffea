/**
 * A picture whose modules are opened and closed one at a time. What a large network keeps is kept: only the module that
 * is turned is folded anew, and only it, what its wires pass, and what is around these is placed anew.
 *
 * @import {Folded} from "./fold.js"
 * @import {Level} from "./cut.js"
 * @import {Opening} from "./opening.js"
 * @import {Box} from "./plan.js"
 * @import {Payload, View} from "./schema.js"
 * @import {Tree} from "./tree.js"
 */
import { Alike } from "./alike.js";
import { Census } from "./census.js";
import { weightOf } from "./chains.js";
import { cutAll, nest } from "./cut.js";
import { Layout } from "./ladder.js";
import { LiveLinks } from "./livelinks.js";
import { addItems, closeWithin, listNodes } from "./nodes.js";
import { Wiring } from "./wiring.js";

export class LivePicture {
  /**
   * @param {Payload} payload
   * @param {View} view
   * @param {Tree} tree
   * @param {Opening} opening  kept, and changed
   * @param {Wiring} [wiring]  that of another picture of the same payload
   */
  constructor(payload, view, tree, opening, wiring = new Wiring(payload, tree)) {
    this.payload = payload;
    this.tree = tree;
    this.opening = opening;
    /** Whether boxes stand for others as well. */
    this.standIns = opening.runs.members.some((members) => members.length > 1) || tree.gathered.size > 0;
    this.drawing = listNodes(payload, view, tree, opening);
    this.census = new Census(this.drawing);
    this.wiring = wiring;
    this.links = new LiveLinks(payload, tree, opening, this.drawing, wiring);
    /** @type {Folded} */
    this.folded = { nodes: this.drawing.nodes, edges: this.links.edges, skips: this.links.skips };
    this.index = new Map(this.folded.nodes.map((node, i) => [node.id, i]));
    this.layout = new Layout(this.folded, view.direction === "down", false);
    /** @type {Map<number, Level>} */
    this.levels = new Map(this.layout.levels.map((level) => [level.node, level]));
    /** The whole picture. @type {Box} */
    this.root = this.layout.place(new Map());
  }

  /**
   * Whether a call can be turned by itself. Repeats stand for others as well, and a shortcut that leaves the call
   * would change what is outside of it.
   *
   * @param {number} call
   */
  canTurn(call) {
    return !this.standIns && !this.wiring.leaks[call];
  }

  /**
   * Open a call that is closed, close one that is open.
   *
   * @param {number} call
   */
  turn(call) {
    const { tree, opening, drawing, links, census } = this;
    opening.open[call] = !opening.open[call];
    const node = drawing.boxOf[call];
    if (node < 0) return;
    const [first, last] = [tree.first[call], tree.last[call]];
    const gone = links.disconnect(first, last);
    const passed = this.levelsPassed(gone);
    const [parent, place] = [this.layout.nesting.parents[node], this.layout.nesting.places[node]];
    const through = this.edgesThrough([...passed, parent]);
    census.leave(drawing, first, last);
    this.remove(call, first, last);
    this.add(call, parent, place);
    census.enter(drawing, drawing.boxOf[call], first, last);
    const made = links.connect(first, last);
    links.replace(call, drawing.boxOf[call], gone, made);
    const fresh = this.opened(drawing.boxOf[call]);
    const changed = new Set([parent, ...[...passed, ...this.levelsPassed(made)].filter((level) => level < 0 || drawing.nodes[level] !== undefined), ...fresh]);
    for (const e of this.edgesThrough(changed)) through.add(e);
    for (const e of made) through.add(e);
    for (const e of gone) through.delete(e);
    this.cut(changed, through);
    this.place(changed);
  }

  /**
   * Calls behind the last that runs in `call`.
   *
   * @param {number} call
   */
  endOf(call) {
    const { calls } = this.payload;
    let end = call + 1;
    while (end < calls.length && calls[end].parent >= call) end += 1;
    return end;
  }

  /**
   * Take the boxes of a call and of all in it away.
   *
   * @param {number} call
   * @param {number} first  op
   * @param {number} last
   */
  remove(call, first, last) {
    const { nodes, nodeOf, boxOf, closedIn } = this.drawing;
    const drop = (/** @type {number} */ node) => {
      if (node < 0 || nodes[node] === undefined) return;
      this.census.count(nodes[node], -1);
      this.index.delete(nodes[node].id);
      this.levels.delete(node);
      this.layout.nesting.kids.delete(node);
      this.layout.placed.delete(node);
      delete nodes[node];
    };
    for (let i = first; i <= last; i++) {
      drop(nodeOf[i]);
      nodeOf[i] = -1;
    }
    for (let c = call; c < this.endOf(call); c++) {
      drop(boxOf[c]);
      boxOf[c] = closedIn[c] = -1;
    }
  }

  /**
   * Make the boxes of a call and of all that is seen in it, where the old one stood.
   *
   * @param {number} call
   * @param {number} parent
   * @param {number} place  among the parent's children
   */
  add(call, parent, place) {
    const { payload, tree, opening, drawing, index, layout } = this;
    const { nodes } = drawing;
    const start = nodes.length;
    addItems(payload, tree, opening, drawing, [~call], parent < 0 ? "" : nodes[parent].id);
    closeWithin(payload, drawing, call, this.endOf(call));
    const siblings = /** @type {number[]} */ (layout.nesting.kids.get(parent));
    for (let node = start; node < nodes.length; node++) {
      index.set(nodes[node].id, node);
      layout.weights[node] = weightOf(nodes[node]);
      const around = node === start ? parent : /** @type {number} */ (index.get(nodes[node].parent));
      nest(layout.nesting, node, around, nodes[node].open);
    }
    siblings.splice(-1, 1);
    siblings[place] = start;
    layout.nesting.places[start] = place;
  }

  /**
   * An open box and all open ones in it.
   *
   * @param {number} node
   */
  opened(node) {
    const { kids } = this.layout.nesting;
    const found = kids.has(node) ? [node] : [];
    for (const box of found) for (const kid of /** @type {number[]} */ (kids.get(box))) if (kids.has(kid)) found.push(kid);
    return found;
  }

  /**
   * The open boxes that edges pass.
   *
   * @param {number[]} edges
   * @returns {Set<number>}
   */
  levelsPassed(edges) {
    const { parents, depths } = this.layout.nesting;
    const passed = new Set();
    for (const e of edges) {
      let [a, b] = this.links.ends[e];
      passed.add(parents[a]).add(parents[b]);
      while (parents[a] !== parents[b]) {
        if (depths[a] >= depths[b]) a = parents[a];
        else b = parents[b];
        passed.add(parents[a]).add(parents[b]);
      }
    }
    return passed;
  }

  /**
   * The edges that pass some levels as they were.
   *
   * @param {Iterable<number>} levels
   */
  edgesThrough(levels) {
    const found = new Set();
    for (const node of levels) for (const { edges } of this.levels.get(node)?.segments ?? []) for (const e of edges) found.add(e);
    return found;
  }

  /**
   * @param {Set<number>} changed
   * @param {Set<number>} through  all edges that pass them
   */
  cut(changed, through) {
    const { orders, edges, ends } = this.links;
    const inOrder = [...through].sort((a, b) => orders[a] - orders[b] || a - b);
    const cuttings = cutAll(this.drawing.nodes, this.layout.nesting, edges, ends, inOrder, [...changed]);
    for (const node of changed) {
      const cutting = cuttings.get(node);
      if (cutting !== undefined) this.levels.set(node, cutting.level());
    }
  }

  /**
   * Place levels and all around them, inner ones first.
   *
   * @param {Set<number>} changed
   */
  place(changed) {
    const { layout } = this;
    const { depths } = layout.nesting;
    const alike = new Alike(layout.nodes, layout.isDown);
    const depthOf = (/** @type {number} */ node) => (node < 0 ? -1 : depths[node]);
    for (const node of [...layout.around(changed)].sort((a, b) => depthOf(b) - depthOf(a))) {
      const level = /** @type {Level} */ (this.levels.get(node));
      if (node >= 0) layout.weights[node] = level.kids.reduce((sum, kid) => sum + layout.weights[kid], 0);
      layout.placed.set(node, layout.placeAlike(level, layout.placed, alike));
    }
    this.root = /** @type {Box} */ (layout.placed.get(-1));
  }
}
