import assert from "node:assert/strict";
import { test } from "node:test";
import { addSpans, countStretches, placeFrom, spansOf, stretchesOf } from "../../src/resight/picture/web/spans.js";

//  Box 1 stands for ops 1 and 2, and again for 4, as a repeat does; op 5 has no box, and box 3 no op.
const NODE_OF = [0, 1, 1, 2, 1, -1, 4];

test("a box reaches from its first op to its last, a stretch as far as its box runs on", () => {
  assert.deepEqual(spansOf(NODE_OF, 5), { firsts: [0, 1, 3, -1, 6], lasts: [0, 4, 3, -1, 6] });
  assert.deepEqual(stretchesOf(NODE_OF), { firsts: [0, 1, 3, 4, 6], lasts: [0, 2, 3, 4, 6] });
});

test("an op without a box does not part a stretch", () => {
  assert.deepEqual(stretchesOf([-1, 3, -1, 3, 2]), { firsts: [1, 4], lasts: [3, 4] });
});

test("stretches are counted without being listed, also of some ops alone", () => {
  for (const nodeOf of [NODE_OF, [-1, 3, -1, 3, 2], [-1], []]) {
    assert.equal(countStretches(nodeOf, 0, nodeOf.length - 1), stretchesOf(nodeOf).firsts.length);
  }
  assert.equal(countStretches(NODE_OF, 1, 3), 2);
});

test("boxes that come later find their ops where they are said to run, and change no others", () => {
  const spans = { firsts: [0, 1], lasts: [0, 2] };
  addSpans(spans, [0, 2, 4, 2, 1], 5, 1, 3);
  assert.deepEqual(spans, { firsts: [0, 1, 1, -1, 2], lasts: [0, 2, 3, -1, 2] });
});

test("the place of a number in a sorted list is that of the first as large, else the last", () => {
  const sorted = [1, 3, 3, 7];
  assert.deepEqual([0, 1, 2, 3, 4, 7, 8].map((least) => placeFrom(sorted, least)), [0, 0, 1, 1, 3, 3, 3]);
  assert.equal(placeFrom([], 1), -1);
});
