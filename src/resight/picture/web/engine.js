/**
 * The door for Python: text in, text out.
 *
 * @import {Payload, View} from "./schema.js"
 */
import { draw } from "./draw.js";
import { fold } from "./fold.js";
import { layOut } from "./ladder.js";

/** @type {Record<string, (payload: Payload, view: View) => unknown>} */
const DOORS = {
  fold,
  scene: (payload, view) => layOut(fold(payload, view), view),
  draw,
};

/**
 * @param {string} door     one of `DOORS`
 * @param {string} payload  JSON
 * @param {string} view     JSON
 * @returns {string} JSON
 */
export function run(door, payload, view) {
  return JSON.stringify(DOORS[door](JSON.parse(payload), JSON.parse(view)));
}
