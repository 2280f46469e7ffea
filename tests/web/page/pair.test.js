import assert from "node:assert/strict";
import { test } from "node:test";
import { isIn } from "../../../src/resight/picture/web/pair/contrast.js";
import { carried, Counterparts } from "../../../src/resight/picture/web/pair/counterparts.js";

/**
 * @import {Payload} from "../../../src/resight/picture/web/schema.js"
 */

//  first   x ─ conv ─ relu ─ add        op 0 1 2 3, the block (call 1) has op 1 2 3, a skip closes at 3
//  second  x ─ conv ─ norm ─ relu       op 0 1 2 3, the block (call 1) has op 1 2 3
const PAIRING = /** @type {any} */ ({ ops: [0, 1, 3, -1], calls: [0, 1] });

/** @param {number[]} merges */
function model(merges) {
  const payload = /** @type {Payload} */ (/** @type {unknown} */ ({
    ops: [0, 1, 1, 1].map((call) => ({ call })), calls: [{ parent: -1 }, { parent: 0 }], skips: merges.map((merge) => ({ merge })),
    outputs: [{ op: 3, slot: 0 }],
  }));
  const most = /** @type {Record<string, number>} */ ({ op: 4, call: 2, skip: merges.length, out: 1 });
  return {
    payload, skipAt: new Map(merges.map((merge, s) => [merge, s])),
    has: (/** @type {string} */ id) => Number(id.split("-")[1]) < (most[id.split("-")[0]] ?? 0),
    around: (/** @type {number} */ call) => (call === 1 ? [1, 0] : [0]),
    spanOf: (/** @type {number} */ call) => /** @type {[number, number]} */ (call === 1 ? [1, 3] : [0, 3]),
  };
}

const counterparts = new Counterparts(PAIRING, [model([3]), model([])]);

test("what is paired leads to its counterpart, from both sides", () => {
  assert.deepEqual(["op-2", "call-1", "out-0", "", "op-9"].map((id) => counterparts.of(0, id)), ["op-3", "call-1", "out-0", "", ""]);
  assert.deepEqual(["op-3", "call-1", "op-2"].map((id) => counterparts.of(1, id)), ["op-2", "call-1", ""]);
});

test("what has no counterpart leads to the module where it would be", () => {
  assert.equal(counterparts.of(0, "skip-0"), "");
  assert.equal(counterparts.near(0, "skip-0"), "call-1");
  assert.equal(counterparts.near(1, "op-2"), "call-1");
  assert.equal(counterparts.near(0, "op-2"), "op-3");
  assert.equal(counterparts.near(0, ""), "");
});

test("a skip leads to the other's skip at the same merge, or to the op that stands there", () => {
  const same = /** @type {any} */ ({ ops: [0, 1, 2, 3], calls: [0, 1] });
  assert.equal(new Counterparts(same, [model([3]), model([2, 3])]).of(0, "skip-0"), "skip-1");
  assert.equal(new Counterparts(same, [model([3]), model([])]).of(0, "skip-0"), "op-3");
});

test("a place between two knots lies as far between their counterparts, beyond them as far beyond", () => {
  /** @type {[number, number][]} */
  const knots = [[10, 100], [20, 140], [30, 150]];
  assert.deepEqual([0, 10, 15, 20, 25, 30, 37].map((place) => carried(knots, place)), [90, 100, 120, 140, 145, 150, 157]);
  assert.equal(carried([], 5), 5);
});

test("the way over and back ends where it began", () => {
  /** @type {[number, number][]} */
  const knots = [[10, 100], [20, 140], [30, 150]];
  const back = knots.map(([a, b]) => /** @type {[number, number]} */ ([b, a]));
  for (let place = 0; place <= 40; place += 2.5) assert.ok(Math.abs(carried(back, carried(knots, place)) - place) < 1e-9);
});

test("a difference belongs to its op, to the skip that it closes, and to all modules around", () => {
  const where = ["op-3", "skip-0", "out-0", "call-1", "call-0", "op-2"];
  assert.deepEqual(where.map((selected) => isIn(model([3]), "op-3", selected)), [true, true, true, true, true, false]);
  assert.deepEqual(["call-1", "call-0", "op-3"].map((selected) => isIn(model([3]), "call-1", selected)), [true, true, false]);
});
