/**
 * The boxes of a picture at one fold state.
 *
 * @import {OpBox, Payload, View} from "./schema.js"
 * @import {FoldedNode} from "./fold.js"
 * @import {Opening} from "./opening.js"
 * @import {Item, Tree} from "./tree.js"
 */
import { drawn } from "./opening.js";
import { layerOf } from "./single.js";
import { onlyOp } from "./tree.js";

/**
 * @typedef {object} Drawing
 * @property {FoldedNode[]} nodes
 * @property {number[]} nodeOf     per op: the box that stands for it, -1 for none; hidden repeats through their twins
 * @property {number[]} closedIn   per call: the closed box it is in or is, -1 where it is open or not drawn
 * @property {number[]} boxOf      per call: its own box, open or closed, or -1
 * @property {Map<number, number>} enters  where one call is drawn alone: per op outside, the input box of its value
 * @property {[number, number][]} leaves   pairs of an op and the output box that its value goes to
 */

/**
 * @param {Payload} payload
 * @param {View} view
 * @param {Tree} tree
 * @param {Opening} opening
 * @returns {Drawing}
 */
export function listNodes(payload, view, tree, opening) {
  /** @type {Drawing} */
  const drawing = {
    nodes: [],
    nodeOf: payload.ops.map(() => -1),
    closedIn: payload.calls.map(() => -1),
    boxOf: payload.calls.map(() => -1),
    enters: new Map(),
    leaves: [],
  };
  const alone = view.only !== "";
  if (alone) addEntering(payload, tree, drawing);
  else addInputs(payload, tree, drawing);
  addContents(payload, tree, opening, drawing, alone);
  if (alone) addLeaving(payload, tree, drawing);
  else addOutputs(payload, drawing);
  shareTwins(payload, opening, drawing);
  return drawing;
}

/**
 * A box that stands for one op or value.
 *
 * @param {string} id
 * @param {FoldedNode["kind"]} kind
 * @param {string} parent
 * @param {Pick<FoldedNode, "title" | "detail" | "shape" | "reshaped" | "group" | "failed">} words
 * @returns {FoldedNode}
 */
function newNode(id, kind, parent, { title, detail, shape, reshaped, group, failed }) {
  return {
    id, parent, kind, title, detail, shape, reshaped, group, path: "", parameters: "", open: false, times: 1, size: 1,
    skips: [], merge: "", mergeLook: "", shortcut: "", failed,
  };
}

/**
 * A box for a value that enters or leaves.
 *
 * @param {string} id
 * @param {"input" | "output"} kind
 * @param {string} title
 * @param {string} detail
 * @param {string} shape
 */
function newEnd(id, kind, title, detail, shape) {
  return newNode(id, kind, "", { title, detail, shape, reshaped: false, group: kind, failed: false });
}

/**
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {Drawing} drawing
 */
function addInputs({ ops }, tree, { nodes, nodeOf }) {
  ops.forEach((op, i) => {
    if (op.name !== "input" || !tree.shown[i]) return;
    nodeOf[i] = nodes.length;
    nodes.push(newNode(`op-${i}`, "input", "", op));
  });
}

/**
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {Drawing} drawing
 */
function addEntering({ ops, calls }, tree, { nodes, enters }) {
  const [first, last] = [tree.first[tree.root], tree.last[tree.root]];
  for (let i = first; i >= 0 && i <= last; i++) {
    if (!tree.shown[i]) continue;
    for (const [from] of ops[i].inputs) {
      if (from >= first || ops[from].aside || enters.has(from)) continue;
      enters.set(from, nodes.length);
      const detail = ops[from].name === "input" ? ops[from].title : calls[ops[from].call].path || ops[from].title;
      nodes.push(newEnd(`in-${from}`, "input", "input", detail, ops[from].shape));
    }
  }
}

/**
 * @param {Payload} payload
 * @param {Drawing} drawing
 */
function addOutputs({ outputs }, { nodes, leaves }) {
  outputs.forEach((output, i) => {
    if (output.aside) return;
    leaves.push([output.op, nodes.length]);
    nodes.push(newEnd(`out-${i}`, "output", output.title, "", output.shape));
  });
}

/**
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {Drawing} drawing
 */
function addLeaving({ ops, calls, outputs }, tree, { nodes, leaves }) {
  const [first, last] = [tree.first[tree.root], tree.last[tree.root]];
  /** @type {Map<number, [string, string]>} Title and detail of each value: what the model calls it, or who reads it first. */
  const left = new Map();
  const within = (/** @type {number} */ op) => first <= op && op <= last && tree.shown[op];
  for (let i = last + 1; i < ops.length; i++) {
    if (ops[i].aside) continue;
    const reader = calls[ops[i].call].path || ops[i].title;
    for (const [from] of ops[i].inputs) if (within(from) && !left.has(from)) left.set(from, ["output", `→ ${reader}`]);
  }
  for (const { op, title, aside } of outputs) if (!aside && within(op)) left.set(op, [title, ""]);
  for (const [op, [title, detail]] of [...left].sort(([a], [b]) => a - b)) {
    leaves.push([op, nodes.length]);
    nodes.push(newEnd(`leave-${op}`, "output", title, detail, ops[op].shape));
  }
}

/**
 * The root's boxes in depth-first order. The model itself, when open, is the picture and gets no frame.
 *
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {Opening} opening
 * @param {Drawing} drawing
 * @param {boolean} framed
 */
function addContents(payload, tree, opening, drawing, framed) {
  const { root } = tree;
  const isBare = opening.open[root] && onlyOp(tree, root) < 0 && !framed;
  addItems(payload, tree, opening, drawing, isBare ? drawn(tree, opening.runs, root) : [~root], "");
  closeWithin(payload, drawing, 0, payload.calls.length);
}

/**
 * The boxes of ops and calls, and of all that is seen in them, at the end of the drawing's nodes.
 *
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {Opening} opening
 * @param {Drawing} drawing
 * @param {Item[]} items
 * @param {string} around  id of the box they lie in
 */
export function addItems(payload, tree, { open, single, runs }, { nodes, nodeOf, boxOf, closedIn }, items, around) {
  const waiting = [...items].reverse();
  /** For each item that waits, the id of the box it lies in. @type {string[]} */
  const parents = new Array(items.length).fill(around);
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    const parent = /** @type {string} */ (parents.pop());
    const id = nodes.length;
    if (item >= 0) {
      const stretch = tree.gathered.get(item);
      for (const op of stretch ?? []) nodeOf[op] = id;
      nodeOf[item] = id;
      nodes.push(stretch === undefined ? newNode(`op-${item}`, "op", parent, payload.ops[item]) : stretchNode(payload, stretch, parent));
      continue;
    }
    const call = ~item;
    const isOpen = open[call] && onlyOp(tree, call) < 0;
    const layer = isOpen || !single[call] ? -1 : layerOf(payload, tree, call);
    boxOf[call] = id;
    nodes.push(callNode(payload, tree, call, runs.members[call], parent, isOpen, layer));
    if (isOpen) {
      for (const child of drawn(tree, runs, call).reverse()) {
        waiting.push(child);
        parents.push(nodes[id].id);
      }
    } else {
      closedIn[call] = id;
      for (let i = tree.first[call]; i >= 0 && i <= tree.last[call]; i++) if (tree.shown[i] && nodeOf[i] < 0) nodeOf[i] = id;
    }
  }
}

/**
 * Calls inside of closed ones are closed in the same box.
 *
 * @param {Payload} payload
 * @param {Drawing} drawing
 * @param {number} first  of the calls to look at
 * @param {number} end    behind the last of them
 */
export function closeWithin({ calls }, { closedIn }, first, end) {
  for (let c = first; c < end; c++) if (closedIn[c] < 0 && calls[c].parent >= 0) closedIn[c] = closedIn[calls[c].parent];
}

/**
 * A box for several ops that run one after the other.
 *
 * @param {Payload} payload
 * @param {number[]} stretch
 * @param {string} parent
 */
function stretchNode({ ops }, stretch, parent) {
  const first = ops[stretch[0]];
  const { shape } = ops[stretch[stretch.length - 1]];
  const detail = `${first.title} … ${ops[stretch[stretch.length - 1]].title}`;
  const words = { title: `${stretch.length} ops`, detail, shape, reshaped: false, group: "other", failed: false };
  return { ...newNode(`op-${stretch[0]}`, "op", parent, words), size: stretch.length };
}

/**
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {number} c
 * @param {number[]} members
 * @param {string} parent
 * @param {boolean} isOpen
 * @param {number} layer  the op that lends a closed step its words, or -1
 * @returns {FoldedNode}
 */
function callNode({ ops, calls }, tree, c, members, parent, isOpen, layer) {
  const call = calls[c];
  const only = onlyOp(tree, c);
  const times = members.length;
  const title = times > 1 ? `${call.title} … ${calls[members[times - 1]].title}` : call.title;
  const kind = times > 1 ? "repeat" : "module";
  const step = layer < 0 ? { detail: call.cls, group: "module" } : { detail: ops[layer].detail, group: ops[layer].group };
  const words = only >= 0 ? { ...ops[only], detail: call.detail || call.cls } : { ...step, ...throughShape(ops, tree, c) };
  const node = newNode(`call-${c}`, kind, parent, { ...words, title });
  node.path = call.path;
  node.parameters = call.parameters;
  node.times = times;
  node.size = tree.size[c];
  node.open = isOpen;
  return node;
}

/**
 * Shape of what a call makes, and whether it differs from what it reads first.
 *
 * @param {OpBox[]} ops
 * @param {Tree} tree
 * @param {number} call
 */
function throughShape(ops, tree, call) {
  const [first, last] = [tree.first[call], tree.last[call]];
  let [entering, leaving, failed] = [-1, -1, false];
  for (let i = first; i <= last; i++) {
    if (!tree.shown[i]) continue;
    leaving = i;
    failed ||= ops[i].failed;
    if (entering < 0) entering = ops[i].inputs.find(([from]) => from < first)?.[0] ?? -1;
  }
  const shape = leaving < 0 ? "" : ops[leaving].shape;
  return { shape, reshaped: entering >= 0 && ops[entering].shape !== shape, failed };
}

/**
 * @param {Payload} payload
 * @param {Opening} opening
 * @param {Drawing} drawing
 */
function shareTwins({ ops }, { runs }, { nodeOf }) {
  ops.forEach((_, i) => {
    if (runs.twin[i] !== i) nodeOf[i] = nodeOf[runs.twin[i]];
  });
}
