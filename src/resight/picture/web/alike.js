/**
 * Open boxes that come out alike: a deep network repeats few modules thousands of times, and one layout does for all of
 * them. Alike are levels of which all numbers that a layout goes by are the same.
 *
 * @import {FoldedNode} from "./fold.js"
 * @import {Level} from "./cut.js"
 * @import {Box} from "./plan.js"
 */
import { frameNumbers } from "./frame.js";
import { isMerge } from "./sizes.js";
import { LOOKS } from "./styles.js";

/** A level of more children than this is hardly there twice, and its numbers would take longer than they save. */
const MOST = 1000;

export class Alike {
  /**
   * @param {FoldedNode[]} nodes
   * @param {boolean} isDown
   */
  constructor(nodes, isDown) {
    this.nodes = nodes;
    this.isDown = isDown;
    /** Boxes by a hash of their numbers; of two that differ under one hash, the later. @type {Map<number, {numbers: number[], box: Box}>} */
    this.known = new Map();
  }

  /**
   * Place a level, or take over how one like it was placed.
   *
   * @param {Level} level
   * @param {Box[]} boxes      per child
   * @param {number[]} weights per child
   * @param {() => Box} place
   * @returns {Box}
   */
  placed(level, boxes, weights, place) {
    if (level.kids.length > MOST) return place();
    const numbers = this.numbersOf(level, boxes, weights);
    const hash = numbers.reduce((sum, n) => (Math.imul(sum, 31) + n) | 0, 0);
    const known = this.known.get(hash);
    if (known !== undefined && areSame(known.numbers, numbers)) return retold(known.box, level, boxes);
    const box = place();
    this.known.set(hash, { numbers, box });
    return box;
  }

  /**
   * All that the layout of a level in one column depends on.
   *
   * @param {Level} level
   * @param {Box[]} boxes
   * @param {number[]} weights
   */
  numbersOf({ node, kids, ins, outs, segments }, boxes, weights) {
    const numbers = [kids.length, ins, outs, segments.length];
    if (node >= 0) numbers.push(...frameNumbers(this.nodes[node], this.isDown));
    for (const { a, outPort, b, inPort, look } of segments) numbers.push(a, outPort, b, inPort, LOOKS.indexOf(look));
    for (let j = 0; j < kids.length; j++) {
      const kid = this.nodes[kids[j]];
      const { left, right, length, face, ins: inPorts, outs: outPorts } = boxes[j];
      numbers.push(weights[j], kid.open ? 2 : isMerge(kid) ? 1 : 0, kid.skips.length, left, right, length, face.left, face.right, face.length);
      for (const x of inPorts) numbers.push(x);
      for (const x of outPorts) numbers.push(x);
    }
    return numbers;
  }
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
function areSame(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * A level placed as another is, with children and edges of its own.
 *
 * @param {Box} box      the other's
 * @param {Level} level
 * @param {Box[]} boxes  its children; those that the layout widened are widened too
 * @returns {Box}
 */
function retold(box, { node, segments }, boxes) {
  boxes.forEach((own, j) => {
    const { left, right, face } = box.kids[j];
    [own.left, own.right, own.face] = [left, right, face];
  });
  const wires = box.wires.map(({ points, look, forks, lands, row, segment }) => ({ points, edges: segments[segment].edges, look, forks, lands, row, segment }));
  const { left, right, length, face, ins, outs, at, heading } = box;
  return { node, plan: null, left, right, length, face, ins, outs, kids: boxes, at, wires, heading };
}
