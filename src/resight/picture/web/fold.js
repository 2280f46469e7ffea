/**
 * Folding: from all ops and calls of a network to the boxes and wires one picture shows.
 *
 * @import {Drawing} from "./nodes.js"
 * @import {Opening} from "./opening.js"
 * @import {Payload, View} from "./schema.js"
 * @import {Tree} from "./tree.js"
 * @import {Legend, Warmth} from "./warm.js"
 */
import { isBearable } from "./bearable.js";
import { gatherOps } from "./gather.js";
import { layOut } from "./ladder.js";
import { linkNodes } from "./link.js";
import { listNodes } from "./nodes.js";
import { openToDepth, openWithin, READABLE_BOXES } from "./opening.js";
import { THEMES } from "./palette.js";
import { growTree } from "./tree.js";
import { warm } from "./warm.js";

/** Share of its boxes that a picture which is too large is tried with next. */
const LESS = 0.85;

/**
 * A box. `parent` is the id of the open box around it, or `""`.
 *
 * @typedef {object} FoldedNode
 * @property {string} id       `op-12`, `call-3`, `out-0`; `in-12` and `leave-12` where one call is drawn alone
 * @property {string} parent
 * @property {"op" | "module" | "repeat" | "input" | "output"} kind
 * @property {string} title
 * @property {string} detail
 * @property {string} shape
 * @property {boolean} reshaped  the shape differs from that of the value it reads
 * @property {string} group
 * @property {string} path       dotted path of the module call, `""` for an op
 * @property {string} parameters of a module call
 * @property {boolean} open
 * @property {number} times      N of a repeat, else 1
 * @property {number} size       number of ops in it
 * @property {[string, string, number][]} skips  inside a closed module: kind, combine and how many (in a repeat, of one member)
 * @property {string} merge      `add`, `sub` or `concat` where it closes a skip, else `""`
 * @property {string} mergeLook  look of that skip, `""` for none
 * @property {string} shortcut   look of the skip whose shortcut it lies on, else `""`
 * @property {boolean} failed
 * @property {Warmth} [heat]     its colour, where boxes are coloured by a number
 */

/**
 * A wire from one box to another. A shortcut is never merged with plain data.
 *
 * @typedef {object} FoldedEdge
 * @property {string} from
 * @property {string} to
 * @property {"wire" | "shortcut"} role
 * @property {string} skip     kind of the skip, `""` for a wire
 * @property {string} combine  `add`, `concat` or `""`
 * @property {boolean} weak
 * @property {boolean} partial
 * @property {number[]} skips  the skips it is part of, as positions in the payload
 */

/**
 * Where a skip is seen: along `edges` (positions), or counted at `node`; neither if it lies outside the picture.
 *
 * @typedef {object} FoldedSkip
 * @property {string} node
 * @property {number[]} edges
 * @property {Warmth} [heat]  the colour of its arc, where skips have a number too
 */

/**
 * @typedef {object} Folded
 * @property {FoldedNode[]} nodes  parents before children, children in execution order
 * @property {FoldedEdge[]} edges
 * @property {FoldedSkip[]} skips  one per skip of the payload
 * @property {Legend} [legend]     what colours mean, where they stand for numbers
 */

/**
 * The picture at the depth that the view asks for; without one, opened as far as it stays readable and bearable.
 * Coloured by numbers, if the payload brings some.
 *
 * @param {Payload} payload
 * @param {View} view
 * @returns {Folded}
 */
export function fold(payload, view) {
  const made = firstFold(payload, view);
  return payload.heat === null ? made.folded : warm(payload, payload.heat, THEMES[view.theme], made);
}

/**
 * A fold with what it was made of, for those who go on from there.
 *
 * @param {Payload} payload
 * @param {View} view
 * @returns {{folded: Folded, tree: Tree, opening: Opening}}
 */
export function firstFold(payload, view) {
  const tree = growTree(payload, view);
  if (view.depth !== null) {
    const opening = openToDepth(payload, view, tree, view.depth);
    return { folded: foldAs(payload, view, tree, opening).folded, tree, opening };
  }
  const seen = gatherOps(payload, tree);
  for (let most = READABLE_BOXES; ; ) {
    const opening = openWithin(payload, view, seen, most);
    const { folded } = foldAs(payload, view, seen, opening);
    // however it is wrapped, the same modules are open
    if (opening.isLeast || isBearable(layOut(folded, { ...view, wrap: 0 }))) return { folded, tree: seen, opening };
    most = Math.min(Math.floor(opening.boxes * LESS), most - 1);
  }
}

/**
 * @param {Payload} payload
 * @param {View} view
 * @param {Tree} tree
 * @param {Opening} opening
 * @returns {{folded: Folded, drawing: Drawing}}
 */
export function foldAs(payload, view, tree, opening) {
  const drawing = listNodes(payload, view, tree, opening);
  const { edges, skips } = linkNodes(payload, tree, opening, drawing);
  return { folded: { nodes: drawing.nodes, edges, skips }, drawing };
}
