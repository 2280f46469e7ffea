import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHash, toHash } from "../../../src/resight/picture/web/page/hash.js";
import { become, hover, look, openTo, select, START, Store, turn } from "../../../src/resight/picture/web/page/state.js";

/**
 * @import {State} from "../../../src/resight/picture/web/page/state.js"
 */

/** @type {State} */
const FULL = {
  ...START, depth: 3, turned: [7, 1234], selected: "skip-4", camera: { x: -120, y: 50000, zoom: 0.01234 }, colour: "flops", step: 12,
  theme: "dark", language: "zh",
};

test("a state survives the way through an address", () => {
  assert.deepEqual(fromHash(toHash(FULL)), FULL);
  assert.deepEqual(fromHash(toHash(START)), START);
  assert.equal(toHash(START), "");
});

test("what is under the pointer and whether the player runs stay out of the address", () => {
  assert.equal(toHash({ ...START, hovered: "op-3", playing: true }), "");
});

test("a damaged address gives what of it can be read", () => {
  assert.deepEqual(fromHash("#d=x&o=..&s=<b>&at=1,2&n=-4&t=blue&c=%00&=&&&q"), START);
  assert.deepEqual(fromHash("#d=2&s=op-"), { ...START, depth: 2 });
  assert.deepEqual(fromHash("#at=1,nan,1&at=1,2,0"), START);
  const whole = toHash(FULL);
  for (let end = 0; end <= whole.length; end++) {
    const state = fromHash(whole.slice(0, end));
    assert.ok(state.camera === null || state.camera.zoom > 0);
    assert.ok(state.turned.every((call) => Number.isInteger(call) && call >= 0));
  }
});

test("all hear of every change, in its order, also of those that a listener asks for", () => {
  const store = new Store(START);
  /** @type {string[]} */
  const heard = [];
  store.subscribe((state) => {
    if (state.selected !== "" && state.camera === null) store.change(look, { x: 1, y: 2, zoom: 1 });
  });
  store.subscribe((state, before) => heard.push(`${before.selected}>${state.selected} ${before.camera?.x}>${state.camera?.x}`));
  store.change(select, "op-1");
  assert.deepEqual(heard, [">op-1 undefined>undefined", "op-1>op-1 undefined>1"]);
  store.change(hover, "op-2");
  assert.equal(heard.length, 3);
});

test("a listener that fails does not silence what comes after", () => {
  const store = new Store(START);
  let told = 0;
  store.subscribe(() => (told += 1));
  const stop = store.subscribe(() => {
    throw new Error("broken");
  });
  assert.throws(() => store.change(select, "op-1"), /broken/);
  stop();
  store.change(select, "op-2");
  assert.equal(told, 2);
});

test("nobody is told where nothing changes, or who no longer listens", () => {
  const store = new Store(START);
  let told = 0;
  const stop = store.subscribe(() => (told += 1));
  store.change(select, "");
  assert.equal(told, 0);
  stop();
  store.change(select, "op-1");
  assert.equal(told, 0);
});

test("turning twice is not turning; a depth forgets what was turned", () => {
  assert.deepEqual(turn(turn(START, 3), 3), START);
  assert.deepEqual(openTo(turn(START, 3), 2), { ...START, depth: 2 });
});

test("an address that turns the same modules does not fold anew", () => {
  const state = { ...START, turned: [1, 2] };
  assert.equal(become(state, { ...START, turned: [1, 2], selected: "op-1" }).turned, state.turned);
});
