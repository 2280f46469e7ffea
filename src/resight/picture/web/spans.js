/**
 * Which ops the boxes of a picture stand for, as their first and last; in plain lists, as there may be very many.
 *
 * @typedef {{firsts: number[], lasts: number[]}} Spans
 */

/**
 * Per box: its ops from the first to the last, those of others between them included; -1 where it stands for none.
 *
 * @param {number[]} nodeOf  per op: its box, -1 for none
 * @param {number} count     of boxes
 * @returns {Spans}
 */
export function spansOf(nodeOf, count) {
  /** @type {Spans} */
  const spans = { firsts: [], lasts: [] };
  addSpans(spans, nodeOf, count, 0, nodeOf.length - 1);
  return spans;
}

/**
 * Go on to boxes that came later, which stand for some of the ops from `first` to `last` and for no others.
 *
 * @param {Spans} spans
 * @param {number[]} nodeOf
 * @param {number} count
 * @param {number} first
 * @param {number} last
 */
export function addSpans({ firsts, lasts }, nodeOf, count, first, last) {
  for (let node = firsts.length; node < count; node++) firsts[node] = lasts[node] = -1;
  for (let op = first; op <= last; op++) {
    const node = nodeOf[op];
    if (node < 0) continue;
    if (firsts[node] < 0) firsts[node] = op;
    lasts[node] = op;
  }
}

/**
 * All ops in execution order, those together that run one after the other in one box.
 *
 * @param {number[]} nodeOf
 * @returns {Spans}
 */
export function stretchesOf(nodeOf) {
  /** @type {Spans} */
  const spans = { firsts: [], lasts: [] };
  let before = -1;
  nodeOf.forEach((node, op) => {
    if (node < 0) return;
    if (node === before) spans.lasts[spans.lasts.length - 1] = op;
    else {
      spans.firsts.push(op);
      spans.lasts.push(op);
    }
    before = node;
  });
  return spans;
}

/**
 * How many such stretches there are of the ops from `first` to `last`.
 *
 * @param {number[]} nodeOf
 * @param {number} first
 * @param {number} last
 */
export function countStretches(nodeOf, first, last) {
  let [count, before] = [0, -1];
  for (let op = first; op <= last; op++) {
    if (nodeOf[op] < 0 || nodeOf[op] === before) continue;
    before = nodeOf[op];
    count += 1;
  }
  return count;
}

/**
 * The first place in a sorted list that holds `least` or more; the last one where none does, -1 in an empty list.
 *
 * @param {number[]} sorted
 * @param {number} least
 */
export function placeFrom(sorted, least) {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < least) low = middle + 1;
    else high = middle;
  }
  return high;
}
