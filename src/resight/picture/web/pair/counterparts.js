/**
 * What of one network stands for what of the other, and where.
 *
 * @import {Box} from "../plan.js"
 * @import {Picture} from "../page/folding.js"
 * @import {Model} from "../page/model.js"
 * @import {Pairing} from "./pairing.js"
 */
import { nameOf } from "../page/model.js";

/** @typedef {0 | 1} Side  the first network or the second */

/**
 * Places that belong together along the flow: of the one network and of the other, both increasing.
 *
 * @typedef {[number, number][]} Knots
 */

export class Counterparts {
  /**
   * @param {Pairing} pairing
   * @param {Pick<Model, "payload" | "skipAt" | "has" | "around">[]} models
   */
  constructor({ ops, calls }, models) {
    this.models = models;
    this.ops = bothWays(ops);
    this.calls = bothWays(calls);
  }

  /**
   * The id in the other network of something in this one, `""` where it has none. A skip that the other lacks has the
   * op where its merge would be.
   *
   * @param {Side} side
   * @param {string} id
   */
  of(side, id) {
    const [here, there] = [this.models[side], this.models[1 - side]];
    const [kind, at] = nameOf(id);
    if (!here.has(id)) return "";
    if (kind === "out") return there.has(id) ? id : "";
    if (kind === "call") return named("call", this.calls[side].get(at));
    const op = this.ops[side].get(kind === "skip" ? here.payload.skips[at].merge : at);
    const skip = kind === "skip" && op !== undefined ? there.skipAt.get(op) : undefined;
    return skip === undefined ? named(kind === "skip" ? "op" : kind, op) : `skip-${skip}`;
  }

  /**
   * The counterpart, or else that of the nearest module around: where the other network has nothing there.
   *
   * @param {Side} side
   * @param {string} id
   */
  near(side, id) {
    const model = this.models[side];
    if (!model.has(id)) return "";
    const { ops, calls, skips, outputs } = model.payload;
    const [kind, at] = nameOf(id);
    const op = kind === "skip" ? skips[at].merge : kind === "out" ? outputs[at].op : at;
    const around = model.around(kind === "call" ? calls[at].parent : ops[op].call).map((call) => `call-${call}`);
    return [id, ...around].map((one) => this.of(side, one)).find((other) => other !== "") ?? "";
  }

  /**
   * Where boxes without boxes in them have their counterparts, in two pictures.
   *
   * @param {Side} side  of the first picture
   * @param {Picture} here
   * @param {Picture} there
   * @returns {Knots}
   */
  knots(side, here, there) {
    const others = middles(there);
    /** @type {Knots} */
    const knots = [];
    for (const [id, place] of [...middles(here)].sort((a, b) => a[1] - b[1])) {
      const other = others.get(this.of(side, id));
      const [last, lastOther] = knots.at(-1) ?? [-Infinity, -Infinity];
      if (other !== undefined && place > last && other > lastOther) knots.push([place, other]);
    }
    return knots;
  }
}

/**
 * A place along the flow of one network as one of the other: as far between two knots, or as far beyond the last.
 *
 * @param {Knots} knots
 * @param {number} place
 */
export function carried(knots, place) {
  if (knots.length === 0) return place;
  const next = knots.findIndex(([here]) => here >= place);
  if (next <= 0) {
    const [here, there] = knots[next < 0 ? knots.length - 1 : 0];
    return place - here + there;
  }
  const [[a, A], [b, B]] = [knots[next - 1], knots[next]];
  return A + ((place - a) / (b - a)) * (B - A);
}

/**
 * @param {number[]} partners
 * @returns {[Map<number, number>, Map<number, number>]}
 */
function bothWays(partners) {
  const pairs = partners.map((other, i) => /** @type {[number, number]} */ ([i, other])).filter(([, other]) => other >= 0);
  return [new Map(pairs), new Map(pairs.map(([i, other]) => [other, i]))];
}

/**
 * @param {string} kind
 * @param {number | undefined} at
 */
function named(kind, at) {
  return at === undefined ? "" : `${kind}-${at}`;
}

/**
 * The middle along the flow of each box that has none in it, by id.
 *
 * @param {Picture} picture
 */
function middles({ root, folded }) {
  /** @type {Map<string, number>} */
  const found = new Map();
  const walk = (/** @type {Box} */ box, /** @type {number} */ start) => {
    if (box.kids.length === 0) found.set(folded.nodes[box.node].id, start + box.face.length / 2);
    box.kids.forEach((kid, i) => walk(kid, start + box.at[i].along));
  };
  walk(root, 0);
  return found;
}
