import assert from "node:assert/strict";
import { test } from "node:test";
import { fold } from "../../src/resight/picture/web/fold.js";
import { block, call, op, payload, skip, VIEW } from "./nets.js";

/**
 * @import {SkipArc} from "../../src/resight/picture/web/schema.js"
 */

test("an open block shows its skip as a shortcut from source to merge", () => {
  const { nodes, edges, skips } = fold(block(), VIEW);
  assert.deepEqual(nodes.map((n) => n.id), ["op-0", "call-1", "op-1", "op-2", "op-3", "op-4"]);
  const shortcuts = edges.filter((edge) => edge.role === "shortcut");
  assert.deepEqual(shortcuts.map(({ from, to, skips: s }) => [from, to, s]), [["op-0", "op-3", [0]]]);
  assert.deepEqual(skips, [{ node: "", edges: [edges.indexOf(shortcuts[0])] }]);
  assert.equal(nodes[4].merge, "add");
});

test("a closed block counts its skip", () => {
  const { nodes, edges, skips } = fold(block(), { ...VIEW, depth: 1 });
  assert.deepEqual(nodes.find((n) => n.id === "call-1")?.skips, [["identity", "add", 1]]);
  assert.deepEqual(edges.map((edge) => edge.role), ["wire", "wire"]);
  assert.deepEqual(skips, [{ node: "call-1", edges: [] }]);
});

test("a shortcut through ops marks them, unless a box holds more than it", () => {
  const ops = [op("input", []), op("conv", [0]), op("conv", [1]), op("pool", [0], 1), op("conv", [3], 1), op("add", [2, 4])];
  const net = payload(ops, [call("", -1), call("down", 0)], [skip(0, 5, 0, [3, 4])]);
  const open = fold(net, VIEW).nodes.filter((n) => n.shortcut === "projection");
  assert.deepEqual(open.map((n) => n.id), ["op-3", "op-4"]);
  const closed = fold(net, { ...VIEW, depth: 1 }).nodes.filter((n) => n.shortcut === "projection");
  assert.deepEqual(closed.map((n) => n.id), ["call-1"]);
});

test("a run of alike calls is fed and read through the one that is drawn", () => {
  const calls = [call("", -1), call("h.0", 0, 5), call("h.1", 0, 5), call("h.2", 0, 5)];
  const ops = [op("input", [])];
  for (const c of [1, 2, 3]) for (let i = 0; i < 60; i++) ops.push(op("f", [ops.length - 1], c));
  ops.push(op("head", [ops.length - 1]));
  const { nodes, edges } = fold(payload(ops, calls), VIEW);
  assert.deepEqual(nodes.filter((n) => n.kind === "repeat").map((n) => [n.id, n.title, n.times]), [["call-1", "0 … 2", 3]]);
  assert.equal(nodes.length, 1 + 1 + 60 + 1);
  assert.deepEqual(edges.filter((e) => e.to === "op-181").map((e) => e.from), ["op-60"]);
});

test("every member of a run counts in the closed box around it, one alone in a closed repeat", () => {
  //  x ─ stage (b.0 ─ b.1 ─ b.2) ─ 150 × f      each b is a residual block
  const calls = [call("", -1), call("stage", 0), call("b.0", 1, 5), call("b.1", 1, 5), call("b.2", 1, 5)];
  const ops = [op("input", [])];
  const skips = [2, 3, 4].map((c) => {
    const source = ops.length - 1;
    ops.push(op("conv", [source], c), op("add", [source + 1, source], c));
    return skip(source, source + 2, c);
  });
  for (let i = 0; i < 150; i++) ops.push(op("f", [ops.length - 1]));
  const net = payload(ops, calls, skips);
  const counts = (/** @type {number} */ depth) => fold(net, { ...VIEW, depth }).nodes.filter((n) => n.skips.length > 0).map((n) => [n.id, n.skips]);
  assert.deepEqual(counts(1), [["call-1", [["identity", "add", 3]]]]);
  assert.deepEqual(counts(2), [["call-2", [["identity", "add", 1]]]]);
});

test("alike calls side by side, neither feeding the other, are all drawn", () => {
  const calls = [call("", -1), call("a", 0, 5), call("b", 0, 5)];
  const ops = [op("input", [])];
  for (const c of [1, 2]) for (let i = 0; i < 80; i++) ops.push(op("f", [i === 0 ? 0 : ops.length - 1], c));
  assert.equal(fold(payload(ops, calls), VIEW).nodes.filter((n) => n.kind === "repeat").length, 0);
});

test("what shortcut and branch share belongs to neither", () => {
  // x ─ chunk ─┬─ conv ─┐
  //            └────── concat
  const ops = [op("input", []), op("chunk", [0]), op("conv", [1]), op("concat", [1, 2])];
  const net = payload(ops, [call("", -1)], [{ ...skip(0, 3, 0, [1]), kind: "identity", combine: "concat", partial: true }]);
  const { nodes, edges } = fold(net, VIEW);
  assert.deepEqual(edges.filter((e) => e.role === "shortcut").map(({ from, to }) => [from, to]), [["op-1", "op-3"]]);
  assert.ok(nodes.every((node) => node.shortcut === ""));
});

test("a norm by hand and a layer among reshapes are one box each, unless they are asked for", () => {
  const ops = [
    op("input", []), op("pow", [0], 1), op("mean", [1], 1), op("mul", [0, 2], 1),
    op("reshape", [3], 2), op("conv", [4], 2), op("reshape", [5], 2), op("conv", [6], 3), op("conv", [7], 3),
  ];
  for (const i of [1, 2, 3]) ops[i].group = "other";
  for (const i of [4, 6]) ops[i].group = "shape";
  ops[5].detail = "8 → 8";
  const net = payload(ops, [call("", -1), call("norm", 0), call("proj", 0), call("mlp", 0)]);
  const boxes = fold(net, VIEW).nodes.filter((n) => !n.open).map((n) => n.id);
  assert.deepEqual(boxes, ["op-0", "call-1", "call-2", "op-7", "op-8"]);
  const proj = fold(net, VIEW).nodes.find((n) => n.id === "call-2");
  assert.deepEqual([proj?.detail, proj?.group], ["8 → 8", "linear"]);
  const asked = fold(net, { ...VIEW, open: ["norm"] }).nodes.filter((n) => n.open).map((n) => n.path);
  assert.deepEqual(asked, ["norm", "mlp"]);
  assert.ok(fold(net, { ...VIEW, depth: 9 }).nodes.some((n) => n.id === "op-1"));
});

test("ops outside of any module are gathered where they are too many, but for merges of skips", () => {
  const ops = [op("input", [])];
  for (let i = 0; i < 300; i++) ops.push(op("f", [ops.length - 1], i === 50 ? 1 : i === 150 ? 2 : 0));
  ops[120] = op("add", [119, 100]);
  const net = payload(ops, [call("", -1), call("a", 0), call("b", 0)], [skip(100, 120, 0)]);
  const { nodes } = fold(net, VIEW);
  const gathered = nodes.filter((n) => n.size > 1);
  assert.ok(nodes.length < 20);
  assert.ok(gathered.every((n) => n.title === `${n.size} ops`));
  assert.equal(nodes.filter((n) => n.kind !== "input").reduce((sum, n) => sum + n.size, 0), 300);
  assert.deepEqual(nodes.filter((n) => n.merge === "add").map((n) => n.id), ["op-120"]);
  assert.equal(fold(net, { ...VIEW, depth: 1 }).nodes.length, 301);
});

test("a picture too long to be borne opens less, whatever its wrapping", () => {
  //  x ─ m0 ─ m1 ─ ... side by side with one value that passes all: nothing can be cut
  const calls = [call("", -1)];
  const ops = [op("input", [])];
  for (let m = 0; m < 16; m++) {
    calls.push(call(`m${m}`, 0));
    for (let i = 0; i < 8; i++) ops.push(op("f", [ops.length - 1], m + 1));
  }
  ops.push(op("add", [ops.length - 1, 0]));
  const net = payload(ops, calls, [skip(0, ops.length - 1, 0)]);
  const closed = fold(net, VIEW).nodes;
  assert.ok(closed.every((n) => !n.open));
  assert.deepEqual(fold(net, { ...VIEW, wrap: 3 }).nodes, closed);
  assert.ok(fold(net, { ...VIEW, depth: 2 }).nodes.some((n) => n.open));
  assert.ok(fold({ ...net, ops: [...ops.slice(0, -1), op("f", [128])], skips: [] }, VIEW).nodes.some((n) => n.open));
});

test("modules with skips open before others, and a frame is never drawn around a single closed one", () => {
  const calls = [call("", -1), call("plain", 0), call("wrapper", 0), call("deep", 2)];
  calls[1].cls = "Plain";
  const ops = [op("input", [])];
  for (let i = 0; i < 130; i++) ops.push(op("f", [ops.length - 1], 1));
  const source = ops.length - 1;
  for (let i = 0; i < 20; i++) ops.push(op("f", [ops.length - 1], 3));
  const merge = ops.push(op("add", [ops.length - 1, source], 3)) - 1;
  const opened = (/** @type {SkipArc[]} */ skips) => fold(payload(ops, calls, skips), VIEW).nodes.filter((n) => n.open).map((n) => n.path);
  assert.deepEqual(opened([skip(source, merge, 3)]), ["wrapper", "deep"]);
});

test("a module drawn alone says where its values come from and go to", () => {
  const calls = [call("", -1), call("a", 0), call("b", 0), call("c", 0)];
  const ops = [op("input", []), op("f", [0], 1), op("g", [1], 2), op("h", [2], 2), op("k", [2, 3], 3), op("end", [3])];
  const net = { ...payload(ops, calls), outputs: [{ op: 3, slot: 0, title: "features", shape: "8", aside: false }] };
  const ends = (/** @type {string} */ only) => fold(net, { ...VIEW, only }).nodes.filter((n) => n.group !== "linear" && n.group !== "module");
  assert.deepEqual(ends("b").map((n) => [n.title, n.detail]), [["input", "a"], ["output", "→ c"], ["features", ""]]);
});
