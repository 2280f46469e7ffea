import assert from "node:assert/strict";
import { test } from "node:test";
import { fold } from "../../src/resight/picture/web/fold.js";
import { mixed, rgbOf, Scale, spreadOf } from "../../src/resight/picture/web/heat.js";
import { THEMES } from "../../src/resight/picture/web/palette.js";
import { block, call, op, payload, VIEW } from "./nets.js";

/**
 * @import {Rgb} from "../../src/resight/picture/web/heat.js"
 * @import {HeatValue, Payload} from "../../src/resight/picture/web/schema.js"
 */

const SHARES = Array.from({ length: 101 }, (_, i) => i / 100);

/**
 * Relative luminance, and the contrast of two colours, as WCAG 2 defines them.
 *
 * @param {Rgb} colour
 */
function luminance(colour) {
  const [r, g, b] = colour.map((c) => (c <= 10 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * @param {Rgb} a
 * @param {Rgb} b
 */
function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/**
 * OKLab (Ottosson 2020), in which equal distances look equal.
 *
 * @param {Rgb} colour
 */
function oklab(colour) {
  const [r, g, b] = colour.map((c) => (c <= 10 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

for (const [name, { ink, ramp, signed }] of Object.entries(THEMES)) {
  test(`${name}: titles and details can be read on every colour of a scale`, () => {
    for (const colours of [ramp, signed]) {
      for (const share of SHARES) assert.ok(contrast(mixed(colours, share), rgbOf(ink)) >= 4.5, `${colours} at ${share}`);
    }
  });

  test(`${name}: a greater number is never of a fainter colour`, () => {
    const sign = name === "light" ? -1 : 1;
    const seen = SHARES.map((share) => sign * luminance(mixed(ramp, share)));
    for (let i = 1; i < seen.length; i++) assert.ok(seen[i] > seen[i - 1] - 1e-3, `at ${SHARES[i]}`);
    assert.ok(seen[100] - seen[0] > 0.1);
  });

  test(`${name}: equal steps of a scale look alike`, () => {
    const steps = ramp.slice(1).map((colour, i) => Math.hypot(...oklab(rgbOf(colour)).map((x, k) => x - oklab(rgbOf(ramp[i]))[k])));
    assert.ok(Math.max(...steps) < 1.25 * Math.min(...steps), `${steps}`);
  });
}

test("a scale goes from the least to the greatest, and back", () => {
  for (const kind of /** @type {const} */ (["even", "log"])) {
    const scale = new Scale(kind, [4, null, 1, 100]);
    assert.deepEqual([scale.low, scale.high, scale.shareOf(1), scale.shareOf(100)], [1, 100, 0, 1]);
    for (const value of [1, 3, 20, 100]) assert.ok(Math.abs(scale.valueAt(scale.shareOf(value) ?? NaN) - value) < 1e-9);
    assert.equal(scale.shareOf(null), null);
  }
  assert.equal(new Scale("log", [1, 100]).shareOf(10), 0.5);
  assert.equal(new Scale("log", [0, 1, 100]).shareOf(0), null);
  assert.deepEqual([-2, 0, 1, 2].map((x) => new Scale("signed", [1, -2]).shareOf(x)), [0, 0.5, 0.75, 1]);
});

test("numbers that are all the same are the greatest, but zero is not", () => {
  assert.equal(new Scale("even", [3, 3]).shareOf(3), 1);
  assert.equal(new Scale("even", [0, 0]).shareOf(0), 0);
  assert.ok(new Scale("even", [null]).isEmpty);
});

test("numbers that lie far apart are told apart by magnitude", () => {
  assert.equal(spreadOf([1, 29]), "even");
  assert.equal(spreadOf([1, 30]), "log");
  assert.equal(spreadOf([3.56e-4, 0.0316]), "log");
  assert.equal(spreadOf([0, 1, 29]), "even");
  assert.equal(spreadOf([0, 0]), "even");
  assert.equal(spreadOf([]), "even");
});

/** @param {number | null} value @returns {HeatValue} */
const number = (value) => ({ value, words: value === null ? "" : `${value} X`, note: "" });

/**
 * A network with numbers.
 *
 * @param {Payload} net
 * @param {(number | null)[]} ops
 * @param {(number | null)[]} calls
 * @returns {Payload}
 */
function heated(net, ops, calls, arcs = false) {
  const words = { title: "X", label: "", how: "counted", closed: "closed modules: sum", plain: "none", notes: "" };
  return { ...net, heat: { ...words, ops: ops.map(number), calls: calls.map(number), arcs } };
}

test("closed boxes have the colour of their number, open ones only say it", () => {
  const net = heated(block(), [null, 1, 3, 2, null], [6, 6]);
  const { nodes, legend } = fold(net, VIEW);
  const { ramp, background } = THEMES.light;
  assert.deepEqual(nodes.map(({ heat }) => heat?.words), ["", "6 X", "1 X", "3 X", "2 X", ""]);
  assert.equal(nodes[2].heat?.fill, ramp[0]);
  assert.equal(nodes[3].heat?.fill, ramp[ramp.length - 1]);
  assert.equal(nodes[0].heat?.fill, background);
  assert.deepEqual([legend?.low, legend?.high], ["1 X", "3 X"]);
  assert.deepEqual(legend?.lines, ["counted", "plain boxes: none"]);
  const closed = fold(net, { ...VIEW, depth: 1 });
  assert.deepEqual([closed.legend?.low, closed.legend?.high], ["", "6 X"]);
  assert.deepEqual(closed.legend?.lines, ["counted", "closed modules: sum · plain boxes: none"]);
});

test("an arc has the colour of its merge where skips have numbers", () => {
  const [ops, calls] = [[null, null, null, 0.5, null], [0.5, 0.5]];
  const { nodes, skips } = fold(heated(block(), ops, calls, true), VIEW);
  assert.deepEqual(skips[0].heat, nodes.find((node) => node.id === "op-3")?.heat);
  assert.equal(fold(heated(block(), ops, calls), VIEW).skips[0].heat, undefined);
});

test("a repeat, and what is in it, has the mean of its members; the legend spans them all", () => {
  const calls = [call("", -1), call("h.0", 0, 5), call("h.1", 0, 5)];
  const ops = [op("input", [])];
  for (const c of [1, 2]) for (let i = 0; i < 80; i++) ops.push(op("f", [ops.length - 1], c));
  const numbers = ops.map((_, i) => (i === 0 ? null : i <= 80 ? 1 : 3));
  const { nodes, legend } = fold(heated(payload(ops, calls), numbers, [320, 80, 240]), VIEW);
  const repeat = nodes.find((node) => node.times === 2);
  assert.equal(repeat?.heat?.words, "80 X to 240 X");
  assert.equal(nodes.find((node) => node.id === "op-1")?.heat?.words, "1 X to 3 X");
  assert.equal(nodes.find((node) => node.id === "op-1")?.heat?.fill, THEMES.light.ramp[2]);
  assert.deepEqual([legend?.low, legend?.high], ["1 X", "3 X"]);
  assert.match(legend?.lines[1] ?? "", /×N: the mean of all N/);
});

test("without numbers nothing has a colour of its own", () => {
  const { nodes, legend } = fold(block(), VIEW);
  assert.ok(nodes.every((node) => !("heat" in node)));
  assert.equal(legend, undefined);
});
