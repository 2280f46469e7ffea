/**
 * The wires of a picture at one fold state, and where each skip is seen.
 *
 * @import {Payload, SkipArc} from "./schema.js"
 * @import {FoldedEdge, FoldedNode, FoldedSkip} from "./fold.js"
 * @import {Drawing} from "./nodes.js"
 * @import {Opening} from "./opening.js"
 * @import {Runs} from "./runs.js"
 * @import {Tree} from "./tree.js"
 * @import {Passing, Way} from "./ways.js"
 */
import { PairMap } from "./pairs.js";
import { lookOf } from "./styles.js";
import { shortcutReads, waysOf } from "./ways.js";

/**
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {Opening} opening
 * @param {Drawing} drawing
 * @returns {{edges: FoldedEdge[], skips: FoldedSkip[]}}
 */
export function linkNodes(payload, tree, { runs }, drawing) {
  const ways = waysOf(payload, tree, skipsDrawn(payload, runs, drawing));
  const linker = new Linker(payload, drawing, shortcutReads(payload, ways));
  for (let to = 0; to < payload.ops.length; to++) {
    const node = drawing.nodeOf[to];
    if (!tree.shown[to] || node < 0) continue;
    for (const read of payload.ops[to].inputs) {
      if (!areOfTwoMembers(payload, runs, read[0], to)) linker.connect(read[0], to, node);
    }
  }
  for (const [op, node] of drawing.leaves) linker.connect(op, -1, node);
  const edges = linker.between.values().flatMap(visible);
  markNodes(payload, drawing, ways);
  return { edges, skips: placeSkips(payload, tree, runs, drawing, edges) };
}

/**
 * The skips whose wires are drawn, as positions in the payload.
 *
 * @param {Payload} payload
 * @param {Runs} runs
 * @param {Drawing} drawing
 */
function skipsDrawn(payload, runs, drawing) {
  return [...payload.skips.keys()].filter((s) => isDrawn(payload, runs, drawing, payload.skips[s]));
}

/** No skips; shared by all plain wires. @type {never[]} */
const NONE = [];

/** Collects the edges between boxes; parallel ones of one look are one. */
export class Linker {
  /**
   * @param {Payload} payload
   * @param {Drawing} drawing
   * @param {Passing} passing
   * @param {((skip: number) => boolean) | null} [counts]  of the skips in `passing`, those that count; null for all
   */
  constructor(payload, drawing, passing, counts = null) {
    this.skips = payload.skips;
    this.drawing = drawing;
    this.passing = passing;
    this.counts = counts;
    /** By their nodes. @type {PairMap<FoldedEdge[]>} */
    this.between = new PairMap();
  }

  /**
   * @param {number} from  an op
   * @param {number} to    the op that reads it, or -1 for an output box
   * @param {number} node  the box of `to`
   * @returns {boolean}  whether their boxes are joined only now
   */
  connect(from, to, node) {
    const { nodes, nodeOf, enters } = this.drawing;
    const start = enters.get(from) ?? nodeOf[from];
    if (start < 0 || start === node) return false;
    const place = this.between.placeOf(start, node);
    const { kept } = this.between;
    const bundle = kept[place];
    const fresh = newEdge(nodes[start].id, nodes[node].id, this.skips, this.skipsAlong(from, to));
    if (bundle === undefined) {
      kept[place] = [fresh];
      return true;
    }
    const same = bundle.find((edge) => edge.role === fresh.role && lookOfEdge(edge) === lookOfEdge(fresh));
    if (same === undefined) bundle.push(fresh);
    else absorb(same, fresh);
    return false;
  }

  /**
   * @param {number} from
   * @param {number} to
   * @returns {number[]}
   */
  skipsAlong(from, to) {
    const skips = this.passing[to]?.get(from) ?? NONE;
    if (skips === NONE || this.counts === null) return skips;
    const counting = skips.filter(this.counts);
    return counting.length === 0 ? NONE : counting;
  }
}

/**
 * The edges between two boxes that are drawn: where a shortcut runs, plain data beside it is not drawn again.
 *
 * @param {FoldedEdge[]} bundle
 */
export function visible(bundle) {
  const shortcuts = bundle.length === 1 ? bundle : bundle.filter((edge) => edge.role === "shortcut");
  return shortcuts.length > 0 ? shortcuts : bundle;
}

/**
 * @param {string} from
 * @param {string} to
 * @param {SkipArc[]} arcs   all of the payload
 * @param {number[]} skips  those that run along it
 * @returns {FoldedEdge}
 */
function newEdge(from, to, arcs, skips) {
  if (skips.length === 0) return { from, to, role: "wire", skip: "", combine: "", weak: false, partial: false, skips };
  const { kind: skip, combine } = arcs[skips[0]];
  let weak = true;
  let partial = false;
  for (const s of skips) {
    weak &&= arcs[s].weak;
    partial ||= arcs[s].partial;
  }
  return { from, to, role: "shortcut", skip, combine, weak, partial, skips: [...skips] };
}

/**
 * Look of an edge: `""`, or that of its skip.
 *
 * @param {FoldedEdge} edge
 */
export function lookOfEdge(edge) {
  return edge.role === "wire" ? "" : lookOf({ kind: edge.skip, combine: edge.combine });
}

/**
 * @param {FoldedEdge} edge
 * @param {FoldedEdge} other
 */
function absorb(edge, other) {
  for (const skip of other.skips) if (!edge.skips.includes(skip)) edge.skips.push(skip);
  edge.weak &&= other.weak;
  edge.partial ||= other.partial;
}

/**
 * Whether a skip's wires are drawn: its owner is open, its merge in the picture.
 *
 * @param {Payload} payload
 * @param {Runs} runs
 * @param {Drawing} drawing
 * @param {SkipArc} skip
 */
export function isDrawn(payload, runs, drawing, skip) {
  if (drawing.nodeOf[skip.merge] < 0 || drawing.closedIn[skip.owner] >= 0) return false;
  return !isHidden(payload, runs, skip.owner);
}

/**
 * Whether a call is, or is in, a member of a run that is not drawn.
 *
 * @param {Payload} payload
 * @param {Runs} runs
 * @param {number} call
 */
function isHidden({ calls }, runs, call) {
  for (let c = call; c >= 0; c = calls[c].parent) if (runs.leader[c] !== c) return true;
  return false;
}

/**
 * Whether a read goes from one member of a run to another: the picture shows one member alone.
 *
 * @param {Payload} payload
 * @param {Runs} runs
 * @param {number} from
 * @param {number} to
 */
export function areOfTwoMembers({ ops, calls }, runs, from, to) {
  if (runs.twin[from] === from && runs.twin[to] === to) return false;
  const around = new Map();
  for (let c = ops[from].call; c >= 0; c = calls[c].parent) around.set(runs.leader[c], c);
  for (let c = ops[to].call; c >= 0; c = calls[c].parent) {
    const other = around.get(runs.leader[c]);
    if (other !== undefined) return other !== c;
  }
  return false;
}

/**
 * Mark merges that close a skip, and the boxes that hold nothing but a shortcut.
 *
 * @param {Payload} payload
 * @param {Drawing} drawing
 * @param {Way[]} ways
 */
export function markNodes(payload, { nodes, nodeOf }, ways) {
  for (const { skip, ops } of ways) {
    const { merge, kind, combine } = payload.skips[skip];
    const look = lookOf({ kind, combine });
    const isDifference = payload.ops[merge].name === "sub";
    const closing = nodes[nodeOf[merge]];
    if (closing.size === 1 && closing.merge === "") [closing.merge, closing.mergeLook] = [isDifference ? "sub" : combine, look];
    if (ops.length === 0) continue;
    const counts = new Map();
    for (const op of ops) counts.set(nodeOf[op], (counts.get(nodeOf[op]) ?? 0) + 1);
    for (const [node, count] of counts) {
      if (node >= 0 && nodes[node].size === count) nodes[node].shortcut ||= look;
    }
  }
}

/**
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {Runs} runs
 * @param {Drawing} drawing
 * @param {FoldedEdge[]} edges
 * @returns {FoldedSkip[]}
 */
export function placeSkips(payload, tree, runs, drawing, edges) {
  const { nodes, nodeOf, closedIn } = drawing;
  /** @type {FoldedSkip[]} */
  const places = payload.skips.map(() => ({ node: "", edges: [] }));
  edges.forEach((edge, e) => edge.skips.forEach((s) => places[s].edges.push(e)));
  /** @type {Map<string, FoldedSkip>} */
  const twins = new Map();
  payload.skips.forEach((skip, s) => {
    const merge = runs.twin[skip.merge];
    if (!tree.inside[skip.owner] || nodeOf[merge] < 0) return;
    const key = `${merge} ${lookOf(skip)}`;
    // a run in a closed box is not drawn as one, so there each member counts its own
    const twin = merge === skip.merge || closedIn[skip.owner] >= 0 ? undefined : twins.get(key);
    if (twin !== undefined && places[s].edges.length === 0) places[s] = twin;
    else if (places[s].edges.length === 0) places[s].node = countAt(nodes[holderOf(drawing, skip, merge)], skip);
    if (!twins.has(key)) twins.set(key, places[s]);
  });
  return places;
}

/**
 * The box that counts a skip which has no wire of its own: the closed one around it, else that of its merge.
 *
 * @param {Drawing} drawing
 * @param {SkipArc} skip
 * @param {number} merge
 */
export function holderOf({ closedIn, nodeOf }, skip, merge) {
  return closedIn[skip.owner] >= 0 ? closedIn[skip.owner] : nodeOf[merge];
}

/**
 * @param {FoldedNode} node
 * @param {SkipArc} skip
 * @returns {string}  the node's id
 */
export function countAt(node, { kind, combine, weak }) {
  if (weak) return node.id;
  const row = node.skips.find(([k, c]) => k === kind && c === combine);
  if (row === undefined) node.skips.push([kind, combine, 1]);
  else row[2] += 1;
  return node.id;
}
