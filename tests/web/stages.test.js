import assert from "node:assert/strict";
import { test } from "node:test";
import { fitText, textWidth } from "../../src/resight/picture/web/measure.js";
import { roundedWay, shortened } from "../../src/resight/picture/web/shapes.js";
import { Skyline } from "../../src/resight/picture/web/skyline.js";

test("a skyline answers like a plain array", () => {
  let state = 7;
  const random = (/** @type {number} */ below) => (state = (state * 48271) % 2147483647) % below;
  for (const rows of [1, 2, 5, 16, 33]) {
    const plain = Array.from({ length: rows }, () => random(30));
    const tree = new Skyline(rows);
    tree.start(plain);
    for (let step = 0; step < 400; step++) {
      const low = random(rows);
      const high = low + random(rows - low);
      assert.equal(tree.reach(low, high), Math.max(...plain.slice(low, high + 1)));
      const reach = random(1000);
      tree.raise(low, high, reach);
      for (let row = low; row <= high; row++) plain[row] = Math.max(plain[row], reach);
    }
    assert.equal(tree.reach(1, 0), 0);
  }
});

test("widths add up, and wide scripts count double", () => {
  assert.equal(textWidth("", 12, 400), 0);
  assert.equal(textWidth("学习", 12, 400), 24);
  assert.equal(textWidth("👍🏽", 10, 400), 20);
  assert.ok(textWidth("conv", 12, 600) > textWidth("conv", 12, 400));
  assert.ok(textWidth("mmm", 12, 400) > textWidth("iii", 12, 400));
});

test("text is cut in the middle to fit", () => {
  const name = "encoder.layers.encoder_layer_11.self_attention";
  for (const room of [20, 60, 100, 200]) {
    const cut = fitText(name, 12, 400, room);
    assert.ok(textWidth(cut, 12, 400) <= room);
    assert.match(cut, /^[a-z.]*….*$/);
  }
  assert.equal(fitText("conv", 12, 400, 100), "conv");
  assert.equal(fitText("conv", 12, 400, 3), "");
});

test("a way has round corners that never reach beyond its pieces", () => {
  assert.deepEqual(roundedWay([0, 0, 0, 10, 0, 40], 8), [["M", 0, 0], ["L", 0, 40]]);
  const [start, side, corner, end] = roundedWay([0, 0, 0, 20, 30, 20], 8);
  assert.deepEqual([start, side, end], [["M", 0, 0], ["L", 0, 12], ["L", 30, 20]]);
  assert.deepEqual([corner[0], corner[5], corner[6]], ["C", 8, 20]);
  assert.deepEqual(roundedWay([0, 0, 0, 4, 30, 4], 8)[1], ["L", 0, 2]);
});

test("a way is cut short at both ends", () => {
  assert.deepEqual(shortened([0, 0, 0, 20, 30, 20], 5, 3), [0, 3, 0, 20, 25, 20]);
});
