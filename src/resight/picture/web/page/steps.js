/**
 * The forward pass as steps over what a picture shows: a closed module is one step, an open one as many as are in it.
 *
 * @import {Spans} from "../spans.js"
 * @import {Picture} from "./folding.js"
 * @import {Model} from "./model.js"
 */
import { placeFrom, stretchesOf } from "../spans.js";
import { nameOf } from "./model.js";

/**
 * @typedef {object} Step
 * @property {string} id     what runs: a box, or an op that a box of one like it stands for
 * @property {number} first  its first and its last op
 * @property {number} last
 */

/** In execution order. There may be very many: all but their number is found when it is asked for. */
export class Steps {
  /**
   * @param {Pick<Picture, "folded" | "nodeOf" | "census">} picture
   * @param {Pick<Model, "spanOf">} model
   */
  constructor(picture, model) {
    this.picture = picture;
    this.model = model;
    this.count = picture.census.steps;
    /** @type {Spans | null} */
    this.found = null;
  }

  /** The ops of each. */
  get spans() {
    return (this.found ??= stretchesOf(this.picture.nodeOf));
  }

  /**
   * @param {number} place
   * @returns {Step}
   */
  at(place) {
    const { folded, nodeOf } = this.picture;
    const [first, last] = [this.spans.firsts[place], this.spans.lasts[place]];
    const step = { id: folded.nodes[nodeOf[first]].id, first, last };
    return isOwn(step, this.model) ? step : { ...step, id: `op-${last}` };
  }

  /**
   * The position of the step that an op is in, or of the next one; -1 for no op.
   *
   * @param {number} op
   */
  placeOf(op) {
    return op < 0 ? -1 : placeFrom(this.spans.lasts, op);
  }
}

/**
 * Whether a box stands for the ops of a step themselves: alike modules are drawn once.
 *
 * @param {Step} step
 * @param {Pick<Model, "spanOf">} model
 */
function isOwn({ id, first, last }, model) {
  const [kind, at] = nameOf(id);
  if (kind !== "call") return kind !== "op" || (first <= at && at <= last);
  const [from, to] = model.spanOf(at);
  return from <= first && first <= to;
}
