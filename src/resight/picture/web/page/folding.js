/**
 * The picture at a fold state: which modules are open, and where every box stands.
 *
 * @import {Payload, View} from "../schema.js"
 * @import {Folded} from "../fold.js"
 * @import {Opening} from "../opening.js"
 * @import {Box} from "../plan.js"
 * @import {Tree} from "../tree.js"
 * @import {Rectangle} from "./camera.js"
 * @import {State} from "./state.js"
 */
import { Census } from "../census.js";
import { firstFold, foldAs } from "../fold.js";
import { placeAll } from "../ladder.js";
import { LivePicture } from "../live.js";
import { openToDepth } from "../opening.js";
import { growTree, onlyOp } from "../tree.js";
import { nameOf } from "./model.js";

/**
 * Boxes in boxes, each placed from its axis and its start in the one around it; those of `root` from 0, 0.
 *
 * @typedef {object} Picture
 * @property {Folded} folded
 * @property {number[]} nodeOf          per op: the box that stands for it, -1 for none
 * @property {Map<string, number>} index  folded nodes by id
 * @property {Census} census
 * @property {Box} root
 * @property {boolean} isDown
 * @property {Rectangle} bounds
 */

/** Networks of more ops than this are drawn in one column each way, so that what is not turned can be kept. */
const MANY_OPS = 5000;

/** Folds a network as the state says. */
export class Folding {
  /**
   * @param {Payload} payload
   * @param {View} view
   */
  constructor(payload, view) {
    this.payload = payload;
    this.view = view;
    /** What is open before anything is turned, by depth. @type {Map<number | null, {tree: Tree, opening: Opening}>} */
    this.bases = new Map();
    /** The same at every depth, made when first asked for. @type {Tree | null} */
    this.tree = null;
    /** The last picture of a large network, and the state it shows. @type {{picture: LivePicture, depth: number | null, turned: number[]} | null} */
    this.live = null;
    this.isLarge = payload.ops.length > MANY_OPS && view.only === "";
  }

  /** @param {number | null} depth */
  base(depth) {
    const known = this.bases.get(depth);
    if (known !== undefined) return known;
    const base = this.newBase(depth ?? this.view.depth);
    this.bases.set(depth, base);
    return base;
  }

  /**
   * @param {number | null} depth
   * @returns {{tree: Tree, opening: Opening}}
   */
  newBase(depth) {
    const { payload, view } = this;
    if (depth === null) return firstFold(payload, view);
    const tree = (this.tree ??= growTree(payload, view));
    return { tree, opening: openToDepth(payload, view, tree, depth) };
  }

  /**
   * Per call, whether it is to be open; it is seen so only if all around it are.
   *
   * @param {Pick<State, "depth" | "turned">} state
   */
  openAt({ depth, turned }) {
    const open = [...this.base(depth).opening.open];
    for (const call of turned) if (call < open.length) open[call] = !open[call];
    return open;
  }

  /**
   * Whether a call has anything in it to see.
   *
   * @param {Pick<State, "depth">} state
   * @param {number} call
   */
  canOpen({ depth }, call) {
    const { tree } = this.base(depth);
    return call !== tree.root && tree.contents[call].length > 0 && onlyOp(tree, call) < 0;
  }

  /**
   * The picture of a state. That of a large network may change the one before: look there first.
   *
   * @param {Pick<State, "depth" | "turned">} state
   * @returns {Picture}
   */
  at(state) {
    if (this.isLarge) return this.liveAt(state);
    const { tree, opening } = this.base(state.depth);
    const { folded, drawing } = foldAs(this.payload, this.view, tree, { ...opening, open: this.openAt(state) });
    const index = new Map(folded.nodes.map((node, i) => [node.id, i]));
    return this.picture(folded, drawing.nodeOf, index, new Census(drawing), placeAll(folded, this.view, true));
  }

  /**
   * @param {Pick<State, "depth" | "turned">} state
   */
  liveAt(state) {
    const { depth, turned } = state;
    const before = this.live;
    const changed = before === null ? [] : differing(before.turned, turned).filter((call) => call < this.payload.calls.length);
    if (before === null || before.depth !== depth || !changed.every((call) => before.picture.canTurn(call))) {
      const { tree, opening } = this.base(depth);
      const picture = new LivePicture(this.payload, this.view, tree, { ...opening, open: this.openAt(state) }, before?.picture.wiring);
      this.live = { picture, depth, turned };
    } else {
      for (const call of changed) before.picture.turn(call);
      this.live = { ...before, turned };
    }
    const { folded, drawing, index, census, root } = this.live.picture;
    return this.picture(folded, drawing.nodeOf, index, census, root);
  }

  /**
   * @param {Folded} folded
   * @param {number[]} nodeOf
   * @param {Map<string, number>} index
   * @param {Census} census
   * @param {Box} root
   * @returns {Picture}
   */
  picture(folded, nodeOf, index, census, root) {
    const isDown = this.view.direction === "down";
    return { folded, nodeOf, index, census, root, isDown, bounds: outerOf(root, 0, 0, isDown) };
  }
}

/**
 * What is in one list alone.
 *
 * @param {number[]} a
 * @param {number[]} b
 */
export function differing(a, b) {
  return [...a.filter((c) => !b.includes(c)), ...b.filter((c) => !a.includes(c))];
}

/**
 * Where the drawn part of a box lies.
 *
 * @param {Box} box
 * @param {number} axis   in the picture, across the flow
 * @param {number} start  along it
 * @param {boolean} isDown
 * @returns {Rectangle}
 */
export function faceOf({ face }, axis, start, isDown) {
  return outerOf(face, axis, start, isDown);
}

/**
 * Where a box lies with its loops and outlines.
 *
 * @param {Box["face"]} box
 * @param {number} axis
 * @param {number} start
 * @param {boolean} isDown
 * @returns {Rectangle}
 */
export function outerOf({ left, right, length }, axis, start, isDown) {
  return isDown
    ? { x: axis - left, y: start, width: left + right, height: length }
    : { x: start, y: axis - left, width: length, height: left + right };
}

/**
 * Where a node's box lies, or null for an unknown one.
 *
 * @param {Picture} picture
 * @param {string} id
 * @returns {Rectangle | null}
 */
export function findBox(picture, id) {
  const found = findSpot(picture, id);
  return found === null ? null : faceOf(found.box, found.axis, found.start, picture.isDown);
}

/**
 * A node and the open ones around it, innermost first; nothing for an unknown one.
 *
 * @param {Picture} picture
 * @param {string} id
 */
export function wayTo({ folded, index }, id) {
  const way = [];
  for (let at = index.get(id); at !== undefined; at = index.get(folded.nodes[at].parent)) way.push(at);
  return way;
}

/**
 * A node's box with the one around it, or null for an unknown one.
 *
 * @param {Picture} picture
 * @param {string} id
 */
export function findSpot(picture, id) {
  const way = wayTo(picture, id);
  if (way.length === 0) return null;
  let [around, box, axis, start] = [picture.root, picture.root, 0, 0];
  for (const node of way.reverse()) {
    const place = box.kids.findIndex((kid) => kid.node === node);
    if (place < 0) return null;
    [axis, start] = [axis + box.at[place].across, start + box.at[place].along];
    [around, box] = [box, box.kids[place]];
  }
  return { around, box, axis, start };
}

/**
 * The edges that end at a node which is not open: they all run in the box around it.
 *
 * @param {Picture} picture
 * @param {string} id
 */
export function edgesAt(picture, id) {
  const { edges } = picture.folded;
  const passing = findSpot(picture, id)?.around.wires.flatMap((wire) => wire.edges) ?? [];
  return new Set(passing.filter((e) => edges[e].from === id || edges[e].to === id));
}

/**
 * The box that is seen of an op or module call: its own, or the closed one it is in; `""` where there is none.
 *
 * @param {Picture} picture
 * @param {Payload} payload
 * @param {string} id
 */
export function seenId({ folded, index, nodeOf }, { calls, skips }, id) {
  if (index.has(id)) return id;
  const [kind, number] = nameOf(id);
  const seenOp = (/** @type {number} */ op) => folded.nodes[nodeOf[op] ?? -1]?.id ?? "";
  if (kind === "skip") return seenOp(skips[number]?.merge);
  if (kind === "op") return seenOp(number);
  if (kind !== "call") return "";
  for (let call = calls[number] === undefined ? -1 : number; call >= 0; call = calls[call].parent) {
    if (index.has(`call-${call}`)) return `call-${call}`;
  }
  return "";
}
