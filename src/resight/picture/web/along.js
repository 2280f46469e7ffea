/**
 * Places along the flow: rows, the gaps between them, and chains that float between two rows.
 *
 * @import {Chain} from "./chains.js"
 * @import {Plan} from "./plan.js"
 */
import * as space from "./spacing.js";

/**
 * @param {Plan} plan
 */
export function placeRows(plan) {
  const { ranks, rowY, rowLength, gapLength, boxes, chains } = plan;
  const floats = chains.chains.filter((chain) => chain.floats);
  const floating = new Set(floats.flatMap((chain) => chain.places));
  for (let row = 0; row < ranks.rows + 2; row++) rowLength[row] = 0;
  boxes.forEach((box, j) => {
    const row = ranks.rank[j];
    if (!floating.has(j)) rowLength[row] = Math.max(rowLength[row], box.length);
  });
  for (let gap = 0; gap <= ranks.rows; gap++) gapLength[gap] = lengthOfGap(plan, gap);
  const ending = chainsByEnd(floats);
  const head = isFrame(plan) && plan.isDown ? space.HEAD : 0; // at the top, which is the end of what runs upwards
  let y = plan.isUp ? 0 : head;
  for (let row = 0; row < ranks.rows + 2; row++) {
    for (const chain of ending.get(row) ?? []) {
      y = Math.max(y, rowY[chain.low + 1] + stackLength(plan, chain) + gapLength[row - 1]);
    }
    rowY[row] = y;
    y += rowLength[row] + (row <= ranks.rows ? gapLength[row] : 0);
  }
  plan.end = plan.isUp ? y + head : y;
  plan.at = boxes.map((box, j) => {
    const row = ranks.rank[j];
    return { across: plan.x[j], along: rowY[row] + ((rowLength[row] - box.length) >> 1) };
  });
  for (const chain of floats) centre(plan, chain);
}

/**
 * @param {Plan} plan
 */
export function isFrame({ level }) {
  return level.node >= 0;
}

/**
 * @param {Plan} plan
 * @param {number} gap
 */
function lengthOfGap(plan, gap) {
  const { ranks, tracks } = plan;
  if (tracks[gap] > 0) return space.TRACK_FIRST + (tracks[gap] - 1) * space.TRACK + space.TRACK_LAST;
  if (gap > 0 && gap < ranks.rows) return space.GAP;
  return isFrame(plan) ? space.EDGE_GAP : 0;
}

/**
 * Where a track lies along the flow.
 *
 * @param {Plan} plan
 * @param {number} gap
 * @param {number} track
 */
export function trackY({ rowY, gapLength }, gap, track) {
  return rowY[gap + 1] - gapLength[gap] + space.TRACK_FIRST + track * space.TRACK;
}

/**
 * @param {Chain[]} chains
 */
function chainsByEnd(chains) {
  /** @type {Map<number, Chain[]>} */
  const ending = new Map();
  for (const chain of chains) ending.set(chain.high, [...(ending.get(chain.high) ?? []), chain]);
  return ending;
}

/**
 * @param {Plan} plan
 * @param {Chain} chain
 */
function stackLength({ boxes }, { places }) {
  return places.reduce((sum, j) => sum + boxes[j].length, (places.length - 1) * space.GAP);
}

/**
 * Stand a floating chain halfway between the place it forks from and the one it joins.
 *
 * @param {Plan} plan
 * @param {Chain} chain
 */
function centre(plan, chain) {
  const { rowY, gapLength, boxes, at, x } = plan;
  const top = rowY[chain.low + 1];
  const bottom = rowY[chain.high] - gapLength[chain.high - 1];
  let y = top + ((bottom - top - stackLength(plan, chain)) >> 1);
  for (const j of chain.places) {
    at[j] = { across: x[j], along: y };
    y += boxes[j].length + space.GAP;
  }
}
