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

/**
 * Ways of so many ops each, side by side between two ops.
 *
 *     x ─┬─ way ─ way ─┬─ attention
 *        ├─ way ─ way ─┤
 *        └─ way ─ way ─┘
 *
 * @param {number[]} lengths
 */
function ways(lengths) {
  const ops = [op("input", [])];
  const tails = lengths.map((length) => {
    for (let i = 0; i < length; i++) ops.push(op("way", [i === 0 ? 0 : ops.length - 1]));
    return ops.length - 1;
  });
  return payload([...ops, op("attention", tails)], [call("", -1)]);
}

test("equally heavy ways stand in the order of the code, as many on one side of the spine as on the other", () => {
  for (let count = 2; count <= 7; count++) {
    for (const direction of /** @type {const} */ (["down", "right"])) {
      const { box } = lay(ways(new Array(count).fill(2)), { direction });
      const middle = (/** @type {number} */ id) => {
        const { x, y, width, height } = box(`op-${id}`);
        return direction === "down" ? x + width / 2 : y + height / 2;
      };
      const heads = Array.from({ length: count }, (_, way) => middle(1 + 2 * way));
      assert.deepEqual(heads, [...heads].sort((a, b) => a - b), `${count} ways`);
      assert.equal(new Set(heads).size, count);
      assert.equal(heads.indexOf(middle(0)), (count - 1) >> 1);
    }
  }
});

test("a heavier way is the spine wherever the code has it", () => {
  for (const lengths of [[3, 1, 1], [1, 3, 1], [1, 1, 3], [1, 3], [3, 1]]) {
    const { box } = lay(ways(lengths));
    const middle = (/** @type {number} */ id) => box(`op-${id}`).x + box(`op-${id}`).width / 2;
    const heads = lengths.map((_, way) => 1 + lengths.slice(0, way).reduce((sum, length) => sum + length, 0));
    assert.equal(middle(heads[lengths.indexOf(3)]), middle(0), String(lengths));
  }
});

test("a projection stays on the right of ways that are equally heavy", () => {
  //  x ─┬─ way ─┬─ cat ─ add
  //     ├─ way ─┘         │
  //     └─ conv ──────────┘
  const net = payload([op("input", []), op("way", [0]), op("way", [0]), op("cat", [1, 2]), op("conv", [0]), op("add", [3, 4])],
    [call("", -1)], [skip(0, 5, 0, [4])]);
  const { box } = lay(net);
  const spine = box("op-5").x + box("op-5").width / 2;
  assert.ok(box("op-4").x > spine);
});
