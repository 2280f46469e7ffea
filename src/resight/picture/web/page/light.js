/**
 * What is lit when something is pointed at or selected.
 *
 * @import {Picture} from "./folding.js"
 * @import {Model} from "./model.js"
 * @import {Laid, Seen} from "./seen.js"
 * @import {Arc, Strand} from "./pieces.js"
 */
import { edgesAt } from "./folding.js";
import { nameOf } from "./model.js";

/**
 * Boxes and wires of a picture: positions in its folded nodes and edges. `dims`: everything else steps back.
 *
 * @typedef {{nodes: Set<number>, edges: Set<number>, dims: boolean}} Light
 */

/**
 * Of a skip its source, shortcut, branch and merge; of a box the wires that reach and leave it.
 *
 * @param {Picture} picture
 * @param {Model} model
 * @param {string} id
 * @returns {Light | null}  null where nothing is lit
 */
export function lightOf(picture, model, id) {
  if (!model.has(id)) return null;
  const [kind, number] = nameOf(id);
  const skip = kind === "skip" ? number : kind === "op" ? model.skipAt.get(number) : undefined;
  if (skip !== undefined) return lightOfSkip(picture, model, skip);
  const node = picture.index.get(id);
  if (node === undefined) return null;
  const isOpen = picture.folded.nodes[node].open;
  return { nodes: new Set([node]), edges: isOpen ? new Set() : edgesAt(picture, id), dims: false };
}

/**
 * @param {Picture} picture
 * @param {Model} model
 * @param {number} skip
 * @returns {Light}
 */
function lightOfSkip({ folded, nodeOf, index }, model, skip) {
  const nodes = new Set(model.opsOf(skip).map((op) => nodeOf[op]));
  nodes.delete(-1);
  const isLit = (/** @type {string} */ id) => nodes.has(index.get(id) ?? -1);
  const isDrawn = folded.edges.some((edge) => edge.skips.includes(skip));
  const mergeOf = (/** @type {number} */ s) => nodeOf[model.payload.skips[s].merge];
  // where alike modules are drawn once, the skip of the one that is drawn stands for it
  const isSame = (/** @type {number} */ s) => s === skip || (!isDrawn && mergeOf(s) === mergeOf(skip));
  /** @type {Set<number>} */
  const edges = new Set();
  folded.edges.forEach((edge, e) => {
    if (edge.role === "shortcut" ? edge.skips.some(isSame) : isLit(edge.from) && isLit(edge.to)) edges.add(e);
  });
  return { nodes, edges, dims: true };
}

/**
 * What of the things seen is lit.
 *
 * @param {Seen} seen
 * @param {Light} light
 * @returns {Seen}
 */
export function litPart({ frames, boxes, strands, arcs }, { nodes, edges }) {
  const isLit = (/** @type {{edges: number[]}} */ wire) => wire.edges.some((e) => edges.has(e));
  const lit = (/** @type {Laid<Strand>} */ { piece, x, y }) => ({ piece: { ...piece, ways: piece.ways.filter(isLit) }, x, y });
  return {
    frames: frames.filter(({ box }) => nodes.has(box.node)),
    boxes: boxes.filter(({ box }) => nodes.has(box.node)),
    strands: strands.map(lit).filter(({ piece }) => piece.ways.length > 0),
    arcs: arcs.filter((/** @type {Laid<Arc>} */ { piece }) => isLit(piece)),
  };
}
