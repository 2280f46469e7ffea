/**
 * Frames whose insides run upwards, in the leg of a U that goes up.
 *
 * Such a level is laid out like any other, but with its boxes turned by half a circle; then all of it is turned.
 *
 * @import {Box, Plan} from "./plan.js"
 */
import { reachOf } from "./frame.js";

/**
 * @param {Box} box
 * @returns {Box}
 */
export function turnBox(box) {
  const { left, right, face } = box;
  const turn = (/** @type {number[]} */ ports) => ports.map((x) => -x);
  return {
    ...box, left: right, right: left, face: { left: face.right, right: face.left, length: face.length }, ins: turn(box.ins),
    outs: turn(box.outs),
  };
}

/**
 * @param {Plan} plan
 * @param {Box[]} boxes  as they were before they were turned
 */
export function turnPlan(plan, boxes) {
  const { end, wires } = plan;
  const { left, right } = reachOf(plan);
  plan.reach = { left: right, right: left };
  plan.x = plan.x.map((x) => -x);
  plan.at = plan.at.map(({ across, along }, j) => ({ across: -across, along: end - along - boxes[j].length }));
  plan.boxes = boxes;
  for (const wire of wires) wire.points = wire.points.map((value, i) => (i % 2 === 0 ? -value : end - value));
}
