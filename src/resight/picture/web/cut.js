/**
 * Edges cut at the borders of modules, so that each module can be laid out by itself.
 *
 * An edge from deep inside one module to deep inside another becomes a chain of segments, one in every
 * module it passes, joined at ports on the borders.
 *
 * @import {Folded} from "./fold.js"
 */
import { LOOKS } from "./styles.js";
import { lookOfEdge } from "./link.js";
import { PairMap } from "./pairs.js";

/**
 * One wire inside one level.
 *
 * @typedef {object} Segment
 * @property {number} a        place it leaves
 * @property {number} outPort  which out-port of the child at `a` if that is open, else -1
 * @property {number} b        place it reaches
 * @property {number} inPort   which in-port of the child at `b` if that is open, else -1
 * @property {number[]} edges  the folded edges it is a part of
 * @property {string} look     look of the skip, `""` where any plain data runs through it
 */

/**
 * The inside of one open box. Its places are numbered: first the children, then in-ports, then out-ports.
 *
 * @typedef {object} Level
 * @property {number} node        position of the open box in the folded nodes; -1 for the whole picture
 * @property {number[]} kids      positions of its children, in execution order
 * @property {number} ins         number of in-ports
 * @property {number} outs        number of out-ports
 * @property {Segment[]} segments
 * @property {number[][]} out     per place: segments that leave it
 * @property {number[][]} into    per place: segments that reach it
 */

/**
 * @typedef {object} Cuts
 * @property {Level[]} levels   open boxes, inner ones after outer ones; the first is the whole picture
 * @property {Nesting} nesting
 */

/** Collects the segments of one level while edges are cut. Ports are held as `~port` until all are known. */
class Cutting {
  /**
   * @param {number} node
   * @param {number[]} kids
   */
  constructor(node, kids) {
    this.node = node;
    this.kids = kids;
    /** @type {Map<number, number>} */
    this.ins = new Map();
    /** @type {Map<number, number>} */
    this.outs = new Map();
    /** @type {Segment[]} */
    this.segments = [];
    /** @type {Map<string, Segment>} Those that a port makes carry several edges. */
    this.shared = new Map();
  }

  /**
   * @param {Map<number, number>} ports
   * @param {number} key
   */
  port(ports, key) {
    const known = ports.get(key);
    if (known !== undefined) return known;
    ports.set(key, ports.size);
    return ports.size - 1;
  }

  /**
   * @param {number} a
   * @param {number} outPort
   * @param {number} b
   * @param {number} inPort
   * @param {number} edge
   * @param {string} look
   */
  join(a, outPort, b, inPort, edge, look) {
    const isWhole = a >= 0 && outPort < 0 && b >= 0 && inPort < 0; // from leaf to leaf there is one edge of a look
    const kind = b >= 0 && inPort < 0 ? look : ""; // at a leaf looks stay apart; a port carries all of them
    const key = isWhole ? "" : `${a} ${outPort} ${b} ${inPort} ${kind}`;
    const same = isWhole ? undefined : this.shared.get(key);
    if (same !== undefined) {
      same.edges.push(edge);
      if (look === "") same.look = "";
      return;
    }
    const segment = { a, outPort, b, inPort, edges: [edge], look };
    this.segments.push(segment);
    if (!isWhole) this.shared.set(key, segment);
  }

  /** @returns {Level} */
  level() {
    const { node, kids } = this;
    const [ins, outs] = [this.ins.size, this.outs.size];
    const places = kids.length + ins + outs;
    /** @type {Level} */
    const level = {
      node, kids, ins, outs, segments: this.segments,
      out: new Array(places).fill(NONE), into: new Array(places).fill(NONE),
    };
    for (let s = 0; s < level.segments.length; s++) {
      const segment = level.segments[s];
      if (segment.a < 0) segment.a = kids.length + ~segment.a;
      if (segment.b < 0) segment.b = kids.length + ins + ~segment.b;
      listAt(level.out, segment.a, s);
      listAt(level.into, segment.b, s);
    }
    return level;
  }
}

/** No segments; shared by all places. @type {never[]} */
const NONE = [];

/**
 * Add a segment at a place. Most places have one or two: lists of just that length save half of a layout's memory,
 * where a list that grows keeps room for more.
 *
 * @param {number[][]} lists
 * @param {number} place
 * @param {number} s
 */
function listAt(lists, place, s) {
  const list = lists[place];
  if (list.length === 0) lists[place] = [s];
  else if (list.length === 1) lists[place] = [list[0], s];
  else list.push(s);
}

/**
 * @param {Folded} folded
 * @returns {Cuts}
 */
export function cutEdges({ nodes, edges }) {
  const index = new Map(nodes.map((node, i) => [node.id, i]));
  const at = (/** @type {string} */ id) => /** @type {number} */ (index.get(id));
  const nesting = newNesting();
  nodes.forEach((node, i) => nest(nesting, i, node.parent === "" ? -1 : at(node.parent), node.open));
  const ends = edges.map((edge) => [at(edge.from), at(edge.to)]);
  const cuttings = cutAll(nodes, nesting, edges, ends, edges.keys(), [...nesting.kids.keys()]);
  return { levels: [...cuttings.values()].map((cutting) => cutting.level()), nesting };
}

/**
 * How boxes lie in one another.
 *
 * @typedef {object} Nesting
 * @property {number[]} parents  per node: the open box around it, -1 for none
 * @property {number[]} depths   per node: how many are around it
 * @property {number[]} places   per node: its position among the children of the box around it
 * @property {Map<number, number[]>} kids  per open box, outer ones first, and -1: its children
 */

/** @returns {Nesting} */
function newNesting() {
  return { parents: [], depths: [], places: [], kids: new Map([[-1, []]]) };
}

/**
 * Enter a node, as the last child of the box around it.
 *
 * @param {Nesting} nesting
 * @param {number} node
 * @param {number} parent
 * @param {boolean} isOpen
 */
export function nest({ parents, depths, places, kids }, node, parent, isOpen) {
  parents[node] = parent;
  depths[node] = parent < 0 ? 0 : depths[parent] + 1;
  const siblings = /** @type {number[]} */ (kids.get(parent));
  places[node] = siblings.push(node) - 1;
  if (isOpen) kids.set(node, []);
}

/**
 * Cut edges into the levels they pass. A level is right where all edges that pass it are among those cut.
 *
 * @param {Folded["nodes"]} nodes
 * @param {Nesting} nesting
 * @param {Folded["edges"]} edges
 * @param {number[][]} ends   per edge
 * @param {Iterable<number>} which  edges to cut, in their order
 * @param {number[]} levels   open boxes, -1 for the whole picture; others that edges pass follow
 * @returns {Map<number, Cutting>}  by open box
 */
export function cutAll(nodes, { parents, depths, places, kids }, edges, ends, which, levels) {
  const cut = [...which];
  const cuttings = new Map(levels.map((node) => [node, new Cutting(node, /** @type {number[]} */ (kids.get(node)))]));
  const cuttingOf = (/** @type {number} */ node) => {
    const known = cuttings.get(node);
    if (known !== undefined) return known;
    const fresh = new Cutting(node, /** @type {number[]} */ (kids.get(node)));
    cuttings.set(node, fresh);
    return fresh;
  };
  const alone = countEntering(cut, ends, parents, depths);
  for (const e of cut) {
    const from = ends[e][0];
    const to = ends[e][1];
    const look = lookOfEdge(edges[e]);
    let a = from;
    let outPort = -1;
    let b = to;
    let inPort = -1;
    while (parents[a] !== parents[b]) {
      if (depths[a] >= depths[b]) {
        const cutting = cuttingOf(parents[a]);
        const port = cutting.port(cutting.outs, from);
        cutting.join(places[a], outPort, ~port, -1, e, look);
        a = parents[a];
        outPort = port;
      } else {
        const cutting = cuttingOf(parents[b]);
        const isBundled = look !== "" || nodes[to].merge === "concat";
        const shared = isBundled && alone.get(parents[b], from) === 1;
        const port = cutting.port(cutting.ins, shared ? bundleKey(to, look) : from);
        cutting.join(~port, -1, places[b], inPort, e, look);
        b = parents[b];
        inPort = port;
      }
    }
    cuttingOf(parents[a]).join(places[a], outPort, places[b], inPort, e, look);
  }
  return cuttings;
}

/**
 * Shortcuts of one look that run to one box and nowhere else share a port, and so does whatever a concat
 * joins: dense blocks stay legible.
 *
 * @param {number} to
 * @param {string} look
 */
function bundleKey(to, look) {
  return ~(to * (LOOKS.length + 1) + LOOKS.indexOf(look) + 1); // no node's number is negative
}

/**
 * For each open box and each box outside, how many edges run from the latter into the former.
 *
 * @param {number[]} cut
 * @param {number[][]} ends
 * @param {number[]} parent
 * @param {number[]} depth
 */
function countEntering(cut, ends, parent, depth) {
  /** @type {PairMap<number>} */
  const counts = new PairMap();
  for (const e of cut) {
    const from = ends[e][0];
    let a = from;
    let b = ends[e][1];
    while (parent[a] !== parent[b]) {
      if (depth[a] >= depth[b]) a = parent[a];
      else {
        b = parent[b];
        const place = counts.placeOf(b, from);
        counts.kept[place] = (counts.kept[place] ?? 0) + 1;
      }
    }
  }
  return counts;
}
