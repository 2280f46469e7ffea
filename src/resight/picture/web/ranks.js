/**
 * Rows: every child one row below the lowest it reads from.
 *
 * @import {Level} from "./cut.js"
 */

/**
 * @typedef {object} Ranks
 * @property {number[]} rank  per place; in-ports 0, children from 1, out-ports `rows + 1`
 * @property {number} rows    number of rows of children
 */

/**
 * @param {Level} level
 * @returns {Ranks}
 */
export function rankPlaces({ kids, ins, outs, segments, out, into }) {
  const count = kids.length;
  const rank = new Array(count + ins + outs).fill(0);
  for (let j = 0; j < count; j++) {
    let above = 0;
    for (const s of into[j]) {
      const { a } = segments[s];
      if (a < count && a >= j) throw new Error(`an edge runs backwards, from child ${a} to ${j} of level ${kids}`);
      above = Math.max(above, rank[a]);
    }
    rank[j] = above + 1;
  }
  lowerSources({ kids, segments, out, into }, rank);
  let rows = 0;
  for (let j = 0; j < count; j++) rows = Math.max(rows, rank[j]);
  rank.fill(rows + 1, count + ins);
  return { rank, rows };
}

/**
 * What reads nothing sits right above its first reader, not at the top.
 *
 * @param {Pick<Level, "kids" | "segments" | "out" | "into">} level
 * @param {number[]} rank
 */
function lowerSources({ kids, segments, out, into }, rank) {
  for (let j = kids.length - 1; j >= 0; j--) {
    if (into[j].length > 0) continue;
    let reader = Infinity;
    for (const s of out[j]) if (segments[s].b < kids.length) reader = Math.min(reader, rank[segments[s].b]);
    if (reader < Infinity) rank[j] = Math.max(rank[j], reader - 1);
  }
}
