import assert from "node:assert/strict";
import { test } from "node:test";
import { barsOf as histogramBars } from "../../../src/resight/picture/web/page/charts.js";
import { Census } from "../../../src/resight/picture/web/census.js";
import { Finder } from "../../../src/resight/picture/web/page/find.js";
import { wordsIn } from "../../../src/resight/picture/web/page/language.js";
import { endsOf, paintedChannel, unpack, valueAt } from "../../../src/resight/picture/web/page/pixels.js";
import { arcsOf, barsOf, Line, nearestArc } from "../../../src/resight/picture/web/page/skeleton.js";
import { Steps } from "../../../src/resight/picture/web/page/steps.js";
import { ENGLISH } from "../../../src/resight/picture/web/page/words_en.js";
import { CHINESE } from "../../../src/resight/picture/web/page/words_zh.js";
import { call, op, payload, skip } from "../nets.js";

//  x ─ stem ─┬─ a.conv ─ a.relu ─ a.add ─┬─ b.conv ─ b.add
//            └───────────────────┘       └───────────┘
const PAYLOAD = payload(
  [op("input", []), op("conv2d", [0]), op("conv2d", [1], 1), op("relu", [2], 1), op("add", [3, 1], 1), op("conv2d", [4], 2), op("add", [5, 4], 2)],
  [call("", -1), call("body.first", 0), call("body.second", 0)],
  [skip(1, 4, 1), { ...skip(4, 6, 2), kind: "projection" }],
);

test("a name that begins with the word asked for comes first, then execution order", () => {
  const { hits, count } = new Finder(PAYLOAD).find("second", 9);
  assert.deepEqual(hits.map(({ id }) => id), ["call-2", "skip-1", "op-5", "op-6"]);
  assert.equal(count, 4);
});

test("every word must be found, in any field and any case", () => {
  const ids = (/** @type {string} */ query) => new Finder(PAYLOAD).find(query, 9).hits.map(({ id }) => id);
  assert.deepEqual(ids("CONV2D First"), ["op-2"]);
  assert.deepEqual(ids("skip projection"), ["skip-1"]);
  assert.deepEqual(ids("conv2d nowhere"), []);
  assert.deepEqual(ids("   "), []);
});

test("of many hits so many are listed and all are counted", () => {
  const { hits, count } = new Finder(PAYLOAD).find("o", 2);
  assert.equal(hits.length, 2);
  assert.ok(count > 2);
});

test("ops stand on the line in order, and each is found again at its place", () => {
  const line = new Line(PAYLOAD);
  PAYLOAD.ops.forEach((_, i) => {
    assert.equal(line.opAt(line.placeOf(i)), i);
    if (i > 0) assert.ok(line.placeOf(i) > line.placeOf(i - 1));
  });
  assert.equal(line.opAt(-1), 0);
  assert.equal(line.opAt(2), PAYLOAD.ops.length - 1);
});

test("ops left out of pictures take no room on the line", () => {
  const ops = PAYLOAD.ops.map((one, i) => ({ ...one, aside: i === 2 || i === 3 }));
  const line = new Line({ ...PAYLOAD, ops });
  assert.equal(line.count, PAYLOAD.ops.length - 2);
  for (const i of [0, 1, 4, 5, 6]) assert.equal(line.opAt(line.placeOf(i)), i);
});

test("there is an arc for each skip, from source to merge, the longest highest and first", () => {
  const line = new Line(PAYLOAD);
  const arcs = arcsOf(PAYLOAD, line);
  assert.deepEqual(arcs.map((arc) => arc.skip), [0, 1]);
  for (const { skip: s, from, to } of arcs) {
    assert.equal(from, line.placeOf(PAYLOAD.skips[s].source[0]));
    assert.equal(to, line.placeOf(PAYLOAD.skips[s].merge));
  }
  assert.equal(arcs[0].height, 1);
  assert.ok(arcs[1].height < 1);
});

test("a point on an arc finds it, one far from all finds none", () => {
  const arcs = arcsOf(PAYLOAD, new Line(PAYLOAD));
  for (const { skip: s, from, to, height } of arcs) {
    assert.equal(nearestArc(arcs, ((from + to) / 2) * 700, height * 50, 700, 50, 5), s);
    const aslant = ((from + to) / 2 + ((to - from) / 2) * Math.SQRT1_2) * 700;
    assert.equal(nearestArc(arcs, aslant, height * 50 * Math.SQRT1_2, 700, 50, 1), s);
  }
  assert.equal(nearestArc(arcs, 5, 45, 700, 50, 5), -1);
});

test("bars cover the ops of their modules", () => {
  const bars = barsOf(PAYLOAD, new Line(PAYLOAD));
  assert.deepEqual(bars, [
    { call: 1, level: 0, from: 2 / 7, to: 5 / 7 },
    { call: 2, level: 0, from: 5 / 7, to: 1 },
  ]);
});

test("a module that is all of the model takes no level of its own", () => {
  const calls = [call("", -1), call("wrapped", 0), call("wrapped.inner", 1)];
  const ops = [op("conv", [], 1), op("conv", [0], 2), op("conv", [1], 2)];
  assert.deepEqual(barsOf(payload(ops, calls), new Line(payload(ops, calls))).map((bar) => [bar.call, bar.level]), [[2, 0]]);
});

/**
 * A picture in so far as steps go by it.
 *
 * @param {string[]} ids
 * @param {number[]} nodeOf
 */
function pictureOf(ids, nodeOf) {
  const folded = /** @type {any} */ ({ nodes: ids.map((id) => ({ id, open: false, group: "" })) });
  return { folded, nodeOf, census: new Census({ nodes: folded.nodes, nodeOf }) };
}

/** @param {Steps} steps */
function allOf(steps) {
  return Array.from({ length: steps.count }, (_, place) => steps.at(place));
}

test("a closed module is one step, from its first to its last op", () => {
  const model = { spanOf: () => /** @type {[number, number]} */ ([2, 4]) };
  const steps = new Steps(pictureOf(["op-1", "call-1", "op-5"], [-1, 0, 1, 1, 1, 2, -1]), model);
  assert.deepEqual(allOf(steps), [{ id: "op-1", first: 1, last: 1 }, { id: "call-1", first: 2, last: 4 }, { id: "op-5", first: 5, last: 5 }]);
  assert.deepEqual([-1, 0, 1, 2, 4, 5, 6].map((at) => steps.placeOf(at)), [-1, 0, 0, 1, 1, 2, 2]);
});

test("where a box stands for alike ones, the step is that of the op that runs", () => {
  const model = { spanOf: () => /** @type {[number, number]} */ ([1, 1]) };
  const ids = allOf(new Steps(pictureOf(["op-0", "call-1"], [0, 1, 0, 1]), model)).map(({ id }) => id);
  assert.deepEqual(ids, ["op-0", "call-1", "op-2", "op-3"]);
});

test("bars of a histogram are as many as its bins, none higher than the chart, an outlier still seen", () => {
  const bars = histogramBars([1_000_000, 0, 1, 250_000]);
  assert.deepEqual(bars.map(({ height }) => height), [1, 0, 0.03, 0.5]);
  assert.equal(bars.reduce((sum, { width }) => sum + width, 0), 1);
});

/** Two channels of 2 by 3: 0 to 1 and -4 to 4. */
const FACTS = { height: 2, width: 3, low: [0, -4], high: [1, 4], channels: 8, recorded: 2, layout: "maps", pixels: "" };

test("a byte stands for a value between the least and the greatest of its channel", () => {
  assert.deepEqual([0, 51, 255].map((byte) => valueAt(FACTS, 0, byte)), [0, 0.2, 1]);
  assert.deepEqual([0, 255].map((byte) => valueAt(FACTS, 1, byte)), [-4, 4]);
});

test("colours reach over one channel or all of them, around zero where that is the middle", () => {
  assert.deepEqual(endsOf(FACTS, 0, { colours: "grey", together: false }), [0, 1]);
  assert.deepEqual(endsOf(FACTS, 0, { colours: "grey", together: true }), [-4, 4]);
  assert.deepEqual(endsOf(FACTS, 0, { colours: "signed", together: false }), [-1, 1]);
});

test("pixels are coloured by value: the ends of the scale have the end colours", () => {
  const bytes = new Uint8Array([0, 255, 0, 0, 0, 0, 0, 255, 128, 0, 0, 0]);
  const look = { colours: "grey", together: false };
  assert.deepEqual([...paintedChannel(FACTS, bytes, 1, look).slice(0, 8)], [0, 0, 0, 255, 255, 255, 255, 255]);
  const together = paintedChannel(FACTS, bytes, 0, { colours: "grey", together: true });
  assert.deepEqual([...together.slice(0, 3)], [128, 128, 128]);
  assert.deepEqual([...together.slice(4, 7)], [159, 159, 159]);
});

test("what Python deflated is unpacked", async () => {
  // base64.b64encode(zlib.compress(bytes(range(6))))
  assert.deepEqual([...(await unpack({ ...FACTS, pixels: "eJxjYGRiZmEFAAApABA=" }))], [0, 1, 2, 3, 4, 5]);
});

test("the language is the one chosen, else the first of the browser's that is spoken, else English", () => {
  assert.equal(wordsIn("zh", ["en-GB"]), CHINESE);
  assert.equal(wordsIn("", ["fr-FR", "zh-CN", "en"]), CHINESE);
  assert.equal(wordsIn("", ["fr-FR"]), ENGLISH);
  assert.equal(wordsIn("en", ["zh"]), ENGLISH);
});

test("both languages say everything", () => {
  const check = (/** @type {any} */ a, /** @type {any} */ b, /** @type {string} */ path) => {
    assert.equal(typeof a, typeof b, path);
    if (typeof a === "object") {
      assert.deepEqual(Object.keys(a), Object.keys(b), path);
      for (const key of Object.keys(a)) check(a[key], b[key], `${path}.${key}`);
    } else if (typeof a === "function") {
      const [x, y] = [a(2, 3, 4), b(2, 3, 4)];
      for (const n of ["2", "3", "4"]) assert.equal(x.includes(n), y.includes(n), `${path} says ${n}`);
    } else assert.equal(a === "", b === "", path);
  };
  check(ENGLISH, CHINESE, "words");
});
