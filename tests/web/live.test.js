import assert from "node:assert/strict";
import { test } from "node:test";
import { Census } from "../../src/resight/picture/web/census.js";
import { firstFold, foldAs } from "../../src/resight/picture/web/fold.js";
import { Layout, placeAll } from "../../src/resight/picture/web/ladder.js";
import { LivePicture } from "../../src/resight/picture/web/live.js";
import { Folding } from "../../src/resight/picture/web/page/folding.js";
import { Pieces } from "../../src/resight/picture/web/page/pieces.js";
import { openTo, START, turn } from "../../src/resight/picture/web/page/state.js";
import { THEMES } from "../../src/resight/picture/web/palette.js";
import { flatten } from "../../src/resight/picture/web/scene.js";
import { call, op, payload, skip, VIEW } from "./nets.js";

/**
 * @import {Folded} from "../../src/resight/picture/web/fold.js"
 * @import {Box} from "../../src/resight/picture/web/plan.js"
 * @import {Payload, SkipArc} from "../../src/resight/picture/web/schema.js"
 * @import {Tree} from "../../src/resight/picture/web/tree.js"
 */

/** Numbers that look like chance, the same each time. */
function chance(seed = 1) {
  let state = seed;
  return (/** @type {number} */ below) => (state = (state * 48271) % 2147483647) % below;
}

/**
 * Residual blocks in stages in stages, some with a projection in a module of its own, some values read far below.
 *
 * @param {(below: number) => number} random
 */
function randomNet(random) {
  const [ops, calls] = [[op("input", [])], [call("", -1)]];
  /** @type {SkipArc[]} */
  const skips = [];
  const begin = (/** @type {number} */ parent) => calls.push(call(`m${calls.length}`, parent)) - 1;
  const add = (/** @type {string} */ name, /** @type {number} */ c, /** @type {number[]} */ inputs) => ops.push(op(name, inputs, c)) - 1;
  let x = 0;
  const block = (/** @type {number} */ parent) => {
    const [inside, source] = [begin(parent), x];
    for (let i = random(3); i >= 0; i--) x = add("conv", inside, i === 0 && random(3) === 0 ? [x, random(ops.length)] : [x]);
    if (random(2) === 0) {
      const way = random(3) === 0 ? add("conv", begin(inside), [source]) : source;
      x = add("add", inside, [x, way]);
      skips.push(skip(source, x, inside, way === source ? [] : [way]));
    }
    if (random(2) === 0) x = add("relu", inside, [x]);
  };
  const stage = (/** @type {number} */ parent, /** @type {number} */ depth) => {
    const source = x;
    for (let i = 1 + random(3); i > 0; i--) {
      if (depth === 0) block(parent);
      else stage(begin(parent), depth - 1);
    }
    if (random(3) === 0) {
      x = add("add", parent, [x, source]);
      skips.push({ ...skip(source, x, parent), weak: random(4) === 0 });
    }
    x = add("relu", parent, [x]);
  };
  stage(0, 2);
  const net = payload(ops, calls, skips);
  net.outputs.push({ op: x, slot: 0, title: "output", shape: "8", aside: false });
  return net;
}

/**
 * Whether no shortcut of a skip in a call leaves the call.
 *
 * @param {Payload} net
 * @param {Tree} tree
 * @param {number} turned
 */
function keepsShortcuts({ calls, skips }, { first, last }, turned) {
  /** @type {(c: number) => boolean} */
  const isIn = (c) => c === turned || (c >= 0 && isIn(calls[c].parent));
  return skips.every(({ owner, shortcut }) => !isIn(owner) || shortcut.every((op) => first[turned] <= op && op <= last[turned]));
}

/**
 * All that can be seen of a picture, by the names of boxes.
 *
 * @param {Folded} folded
 * @param {Box} root
 * @param {boolean} [isDown]
 */
function looks(folded, root, isDown = true) {
  const { boxes, wires, width, height } = flatten(folded, root, isDown);
  const name = (/** @type {number} */ node) => folded.nodes[node]?.id ?? "";
  const ends = (/** @type {number} */ e) => `${folded.edges[e].from} ${folded.edges[e].to} ${folded.edges[e].skips}`;
  const faces = boxes.map(({ node, parent, x, y, width: w, height: h, outer, heading }) => JSON.stringify([folded.nodes[node], name(parent), x, y, w, h, outer, heading]));
  const ways = wires.map(({ parent, points, look, forks, lands, edges }) => JSON.stringify([name(parent), points, look, forks, lands, edges.map(ends)]));
  return { width, height, faces: faces.sort(), ways: ways.sort(), skips: folded.skips.map(({ node, edges }) => `${node} ${edges.map(ends).sort()}`) };
}

test("opening and closing one by one ends where folding at once does", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = chance(seed);
    const net = randomNet(random);
    const { tree, opening } = firstFold(net, { ...VIEW, depth: random(4), repeats: false });
    const live = new LivePicture(net, VIEW, tree, { ...opening, open: [...opening.open] });
    for (let turns = 0; turns < 12; turns++) {
      const turned = 1 + random(net.calls.length - 1);
      assert.equal(live.canTurn(turned), keepsShortcuts(net, tree, turned));
      if (!live.canTurn(turned)) continue;
      live.turn(turned);
      const { folded } = foldAs(net, VIEW, tree, { ...live.opening });
      assert.deepEqual(looks(live.folded, live.root), looks(folded, placeAll(folded, VIEW)), `seed ${seed}, turn ${turns} of ${turned}`);
    }
  }
});

/**
 * What is told of a picture by its boxes' names, those that are gone left out.
 *
 * @param {Census} census
 * @param {Pick<Folded, "nodes">} folded
 */
function told({ spans, steps, groups }, { nodes }) {
  const ops = nodes.map(({ id }, node) => `${id} ${spans.firsts[node]} ${spans.lasts[node]}`).filter(() => true);
  return { steps, ops: ops.sort(), groups: [...groups].filter(([, count]) => count !== 0).sort() };
}

test("what a picture is made of is the same, counted up with what goes and comes and counted anew", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = chance(seed);
    const net = randomNet(random);
    for (const box of net.ops) box.group = ["linear", "norm", "merge"][random(3)];
    const { tree, opening } = firstFold(net, { ...VIEW, depth: random(4), repeats: false });
    const live = new LivePicture(net, VIEW, tree, { ...opening, open: [...opening.open] });
    for (let turns = 0; turns < 12; turns++) {
      const turned = 1 + random(net.calls.length - 1);
      if (live.canTurn(turned)) live.turn(turned);
      const { folded, drawing } = foldAs(net, VIEW, tree, { ...live.opening });
      assert.deepEqual(told(live.census, live.folded), told(new Census(drawing), folded), `seed ${seed}, turn ${turns} of ${turned}`);
    }
  }
});

/**
 * All marks of a picture.
 *
 * @param {Pieces} pieces
 * @param {Box} box
 * @param {number} [depth]
 * @returns {unknown[]}
 */
function marksOf(pieces, box, depth = 0) {
  const inside = box.node < 0 ? depth : depth + 1;
  const own = [box.node < 0 ? [] : pieces.itemsOf(box, depth), box.kids.length > 0 ? pieces.wiresOf(box, inside) : []];
  return [...own, ...box.kids.map((kid) => marksOf(pieces, kid, inside))];
}

test("marks kept while modules are turned are those made anew", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = chance(seed);
    const net = randomNet(random);
    const folding = new Folding(net, { ...VIEW, repeats: false });
    folding.isLarge = true;
    let state = openTo(START, random(4));
    let picture = folding.at(state);
    let kept = new Pieces(picture, THEMES.light, null);
    for (let turns = 0; turns < 12; turns++) {
      marksOf(kept, picture.root);
      state = turn(state, 1 + random(net.calls.length - 1));
      const { folded } = picture;
      picture = folding.at(state);
      if (picture.folded === folded) kept.picture = picture;
      else kept = new Pieces(picture, THEMES.light, null);
      assert.deepEqual(marksOf(kept, picture.root), marksOf(new Pieces(picture, THEMES.light, null), picture.root), `seed ${seed}, turn ${turns}`);
    }
  }
});

/**
 * Blocks that differ in little: in the size of a module beside an op, a width, a skip, a value that is read far below.
 *
 * @param {(below: number) => number} random
 */
function nearlyAlike(random) {
  const [ops, calls] = [[op("input", [])], [call("", -1)]];
  /** @type {SkipArc[]} */
  const skips = [];
  const add = (/** @type {string} */ name, /** @type {number} */ c, /** @type {number[]} */ inputs) => ops.push(op(name, inputs, c)) - 1;
  let x = 0;
  for (let i = 0; i < 40; i++) {
    const block = calls.push({ ...call(`b${i}`, 0), title: random(4) === 0 ? "a block of some length" : "block", parameters: random(3) === 0 ? "1.2 M" : "" }) - 1;
    const inside = calls.push({ ...call(`b${i}.m`, block), title: "m" }) - 1;
    const [source, older] = [x, random(3) === 0 ? [random(ops.length)] : []];
    x = add("conv", inside, [source]);
    for (let n = random(3); n >= 0; n--) x = add("relu", inside, [x]);
    const beside = add(random(2) === 0 ? "conv" : "a convolution of many words", block, [source]);
    const other = add(random(2) === 0 ? "conv" : "one that is a little longer", block, [beside]);
    x = add(random(2) === 0 ? "add" : "mul", block, [x, other, source, ...older]);
    if (random(3) > 0) skips.push({ ...skip(source, x, block), kind: random(2) === 0 ? "identity" : "scaled" });
    x = add("relu", block, [x]);
  }
  return payload(ops, calls, skips);
}

test("a level placed as one like it is placed as by itself", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = chance(seed);
    for (const net of [nearlyAlike(random), randomNet(random)]) {
      const { folded } = firstFold(net, { ...VIEW, depth: 2 + random(2), repeats: false });
      for (const isDown of [true, false]) {
        const [alone, alike] = [true, false].map((keepPlans) => new Layout(folded, isDown, keepPlans).place(new Map()));
        assert.deepEqual(looks(folded, alike, isDown), looks(folded, alone, isDown), `seed ${seed}, down ${isDown}`);
      }
    }
  }
});

test("alike levels are laid out once", (context) => {
  const [ops, calls] = [[op("input", [])], [call("", -1)]];
  for (let i = 1; i <= 50; i++) {
    calls.push({ ...call(`m${i}`, 0), title: "block" });
    for (const name of ["conv", "relu"]) ops.push(op(name, [ops.length - 1], i));
  }
  const net = payload(ops, calls);
  net.outputs.push({ op: ops.length - 1, slot: 0, title: "output", shape: "8", aside: false });
  const { folded } = firstFold(net, { ...VIEW, depth: 2, repeats: false });
  const layout = new Layout(folded, true, false);
  const places = context.mock.method(layout, "placeLevel");
  layout.place(new Map());
  assert.equal(places.mock.callCount(), 2); // the block and the whole picture
});

test("what stands for others, or has a shortcut that leaves it, is not turned by itself", () => {
  const ops = [op("input", []), op("conv", [0], 1), op("conv", [1], 2), op("add", [2, 1], 2)];
  const net = payload(ops, [call("", -1), call("a", 0), call("b", 0)], [skip(0, 3, 2, [1])]);
  const { tree, opening } = firstFold(net, { ...VIEW, depth: 1 });
  const live = new LivePicture(net, VIEW, tree, opening);
  assert.equal(live.canTurn(1), true);
  assert.equal(live.canTurn(2), false);
});

/**
 * Stages of blocks that are alike, one feeding the next, so that a picture shows them as repeats; some values are read
 * in the next block too, some far below. More ops than a page lays out from scratch at every change.
 *
 * @param {(below: number) => number} random
 */
function repeatedNet(random) {
  const [ops, calls] = [[op("input", [])], [call("", -1)]];
  /** @type {SkipArc[]} */
  const skips = [];
  const begin = (/** @type {number} */ parent, /** @type {number} */ same) => calls.push(call(`m${calls.length}`, parent, same)) - 1;
  const add = (/** @type {string} */ name, /** @type {number} */ c, /** @type {number[]} */ inputs) => ops.push(op(name, inputs, c)) - 1;
  const mask = add("mask", 0, [0]);
  let [x, older] = [0, 0];
  const block = (/** @type {number} */ parent, /** @type {number} */ kind) => {
    const [inside, source] = [begin(parent, kind), x];
    const branch = begin(inside, 10 + kind);
    const state = (x = add("conv", branch, kind % 2 === 0 ? [x] : [x, mask]));
    for (let i = kind; i >= 0; i--) x = add("conv", branch, [x]);
    const way = kind === 2 ? add("conv", begin(inside, 20), [source]) : source;
    x = add("add", inside, kind === 3 ? [x, way, older] : [x, way]);
    skips.push(skip(source, x, inside, way === source ? [] : [way]));
    older = state;
  };
  while (ops.length <= 5000) {
    const kind = random(4);
    const deep = random(2) === 0 ? 0 : begin(0, -1);
    for (let stages = 1 + random(4), repeats = 1 + random(30); stages > 0; stages--) {
      const stage = begin(deep, 100 + 100 * kind + repeats);
      for (let i = repeats; i > 0; i--) block(stage, kind);
    }
    for (let i = random(60); i > 0; i--) x = add("relu", 0, [x]);
  }
  const net = payload(ops, calls, skips);
  for (const at of [x, older, mask]) net.outputs.push({ op: at, slot: 0, title: "output", shape: "8", aside: false });
  return net;
}

test("a large page's picture is the one folded from scratch, whatever was turned", () => {
  for (let seed = 1; seed <= 8; seed++) {
    const random = chance(seed);
    const net = repeatedNet(random);
    const folding = new Folding(net, VIEW);
    assert.equal(folding.isLarge, true);
    let state = openTo(START, [null, 1, 2, 3][random(4)]);
    for (let turns = 0; turns < 5; turns++) {
      const { folded, root } = folding.at(state);
      const { tree, opening } = folding.base(state.depth);
      const { folded: scratch } = foldAs(net, VIEW, tree, { ...opening, open: folding.openAt(state) });
      assert.deepEqual(looks(folded, root), looks(scratch, placeAll(scratch, VIEW)), `seed ${seed}, turn ${turns}, depth ${state.depth}`);
      state = random(5) === 0 ? openTo(state, random(4)) : turn(state, 1 + random(net.calls.length - 1));
    }
  }
});
