import assert from "node:assert/strict";
import { test } from "node:test";
import { fold } from "../../src/resight/picture/web/fold.js";
import { layOut } from "../../src/resight/picture/web/ladder.js";
import { block, call, op, payload, skip, VIEW } from "./nets.js";

/**
 * @import {Payload, View} from "../../src/resight/picture/web/schema.js"
 */

/**
 * @param {Payload} net
 * @param {Partial<View>} [view]
 */
function lay(net, view = {}) {
  const folded = fold(net, { ...VIEW, ...view });
  const scene = layOut(folded, { ...VIEW, ...view });
  const box = (/** @type {string} */ id) => {
    const found = scene.boxes.find((b) => folded.nodes[b.node].id === id);
    assert.ok(found, id);
    return found;
  };
  return { folded, scene, box };
}

test("the spine is one straight line through all levels", () => {
  const { scene, box } = lay(block());
  const middle = (/** @type {string} */ id) => box(id).x + box(id).width / 2;
  assert.deepEqual(new Set(["op-0", "op-1", "op-2", "op-3", "op-4"].map(middle)).size, 1);
  const wires = scene.wires.filter((wire) => wire.look === "");
  assert.ok(wires.every(({ points: [x, , nextX] }) => x === nextX));
});

test("an identity arc forks from the spine and enters its merge from the side", () => {
  const { scene, box } = lay(block());
  const [arc] = scene.wires.filter((wire) => wire.look === "identity");
  const merge = box("op-3");
  assert.equal(arc.forks, true);
  assert.deepEqual(arc.points.slice(-2), [merge.x + merge.width, merge.y + merge.height / 2]);
  assert.ok(arc.points[2] > box("op-1").x + box("op-1").width);
});

test("to the right is the same layout with the axes exchanged", () => {
  const { scene, box } = lay(block(), { direction: "right" });
  const middle = (/** @type {string} */ id) => box(id).y + box(id).height / 2;
  assert.equal(new Set(["op-0", "op-1", "op-2", "op-3", "op-4"].map(middle)).size, 1);
  assert.ok(box("op-2").x > box("op-1").x + box("op-1").width);
  assert.ok(scene.width > scene.height);
});

/**
 * A chain of modules with two ops each.
 *
 * @param {number} length
 */
function chain(length) {
  const calls = [call("", -1)];
  const ops = [op("input", [])];
  for (let i = 0; i < length; i++) {
    calls.push(call(`m${i}`, 0));
    ops.push(op("f", [ops.length - 1], i + 1));
    ops.push(op("g", [ops.length - 1], i + 1));
  }
  return payload(ops, calls);
}

test("a long chain is wrapped into as many columns as asked for", () => {
  for (const wrap of [2, 3, 4]) {
    const { scene } = lay(chain(24), { wrap });
    assert.equal(new Set(scene.boxes.filter((b) => b.open).map((b) => b.x)).size, wrap);
  }
  const { scene } = lay(chain(24), { wrap: 0 });
  assert.ok(Math.abs(Math.log((scene.width / scene.height) * (3 / 4))) < 0.5);
  assert.equal(new Set(lay(chain(4), { wrap: 0 }).scene.boxes.filter((b) => b.open).map((b) => b.x)).size, 1);
});

test("a picture is never cut where a skip passes", () => {
  const { scene } = lay(block(), { wrap: 4, depth: 9 });
  const arcs = scene.wires.filter((wire) => wire.look === "identity");
  assert.equal(arcs.length, 1);
});

test("a projection in a module of its own runs straight through it", () => {
  const ops = [op("input", []), op("conv", [0]), op("conv", [1]), op("conv", [0], 1), op("bn", [3], 1), op("add", [2, 4])];
  const { scene, box } = lay(payload(ops, [call("", -1), call("down", 0)], [skip(0, 5, 0, [3, 4])]));
  const purple = scene.wires.filter((wire) => wire.look === "projection");
  const axis = box("op-3").x + box("op-3").width / 2;
  assert.equal(purple.length, 5);
  assert.ok(purple.every(({ points }) => points.includes(axis)));
  assert.ok(purple.filter((wire) => wire.parent === box("call-1").node).every(({ points }) => points.length === 4));
});
