import assert from "node:assert/strict";
import { test } from "node:test";
import { PairMap } from "../../src/resight/picture/web/pairs.js";

test("a pair keeps what was last set, and pairs their order, however many there are", () => {
  /** @type {PairMap<string>} */
  const map = new PairMap();
  const plain = new Map();
  for (let i = 0; i < 5000; i++) {
    const [a, b] = [(i * 7919) % 611, ((i * 104729) % 307) - 1];
    map.set(a, b, `${i}`);
    plain.set(`${a} ${b}`, `${i}`);
    if (i % 3 === 0) {
      map.delete(b, a);
      plain.delete(`${b} ${a}`);
    }
  }
  for (let a = -1; a < 620; a++) for (let b = -1; b < 310; b++) assert.equal(map.get(a, b), plain.get(`${a} ${b}`));
  assert.deepEqual([...map.values()].sort(), [...plain.values()].sort());
});

test("pairs are listed in the order they came, the deleted left out", () => {
  /** @type {PairMap<number>} */
  const map = new PairMap();
  for (let i = 0; i < 200; i++) map.set(1000 - i, i, i);
  for (let i = 0; i < 200; i += 2) map.delete(1000 - i, i);
  assert.deepEqual(map.values(), Array.from({ length: 100 }, (_, i) => 2 * i + 1));
  assert.equal(map.get(998, 2), undefined);
  assert.equal(map.get(2, 998), undefined);
});
