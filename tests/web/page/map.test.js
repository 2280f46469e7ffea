import assert from "node:assert/strict";
import { test } from "node:test";
import { THEMES } from "../../../src/resight/picture/web/palette.js";
import { differing, edgesAt, findBox, Folding, seenId } from "../../../src/resight/picture/web/page/folding.js";
import { lightOf, litPart } from "../../../src/resight/picture/web/page/light.js";
import { Model } from "../../../src/resight/picture/web/page/model.js";
import { Pieces } from "../../../src/resight/picture/web/page/pieces.js";
import { arcAt, boxAt, findSeen } from "../../../src/resight/picture/web/page/seen.js";
import { START } from "../../../src/resight/picture/web/page/state.js";
import { block, call, op, payload, skip, VIEW } from "../nets.js";

/** @import {Facts} from "../../../src/resight/picture/web/page/facts.js" */

const FACTS = /** @type {Facts} */ (/** @type {unknown} */ ({ ops: [], calls: [], skips: [] }));

function blockPage() {
  const net = block();
  net.skips[0].branch = [[1, 2]];
  const folding = new Folding(net, VIEW);
  const picture = folding.at(START);
  return { net, folding, picture, pieces: new Pieces(picture, THEMES.light, null), model: new Model(net, VIEW, FACTS) };
}

test("every box is found where the pointer meets it", () => {
  const { picture } = blockPage();
  for (const { id, open } of picture.folded.nodes) {
    const place = findBox(picture, id);
    assert.ok(place, id);
    const spot = boxAt(picture, place.x + (open ? 4 : place.width / 2), place.y + (open ? 4 : place.height / 2));
    assert.equal(picture.folded.nodes[/** @type {any} */ (spot).box.node].id, id);
  }
  assert.equal(boxAt(picture, -1e6, 0), null);
  assert.equal(findBox(picture, "op-99"), null);
});

test("only what the window meets is seen, and of a far frame one box", () => {
  const { picture, pieces } = blockPage();
  const all = findSeen(picture, pieces, picture.bounds, 1);
  assert.equal(all.boxes.length + all.frames.length, picture.folded.nodes.length);
  assert.equal(all.arcs.length, 1);
  const first = /** @type {any} */ (findBox(picture, "op-0"));
  const top = findSeen(picture, pieces, { ...first, height: 1 }, 1);
  assert.deepEqual(top.boxes.map(({ box }) => picture.folded.nodes[box.node].id), ["op-0"]);
  const far = findSeen(picture, pieces, picture.bounds, 0.01);
  assert.deepEqual([far.frames.length, far.arcs.length], [0, 0]);
});

test("an arc is met near its line, from any of its pieces", () => {
  const { picture, pieces } = blockPage();
  const { arcs } = findSeen(picture, pieces, picture.bounds, 1);
  const [{ piece, x, y }] = arcs;
  const { points } = piece;
  for (let i = 2; i < points.length; i += 2) {
    const [mx, my] = [(points[i] + points[i - 2]) / 2, (points[i + 1] + points[i - 1]) / 2];
    assert.equal(arcAt(arcs, x + mx + 2, y + my + 2, 6), piece);
  }
  assert.equal(arcAt(arcs, x + points[0] + 1000, y, 6), null);
});

test("a skip lights its source, shortcut, branch and merge, and nothing else", () => {
  const { picture, pieces, model } = blockPage();
  const light = lightOf(picture, model, "skip-0");
  assert.ok(light);
  const ids = [...light.nodes].map((node) => picture.folded.nodes[node].id).sort();
  assert.deepEqual(ids, ["op-0", "op-1", "op-2", "op-3"]);
  assert.equal(light.dims, true);
  const lit = litPart(findSeen(picture, pieces, picture.bounds, 1), light);
  assert.equal(lit.arcs.length, 1);
  const wires = lit.strands.flatMap(({ piece }) => piece.ways.flatMap(({ edges }) => edges));
  const ends = [...new Set(wires)].map((e) => `${picture.folded.edges[e].from} ${picture.folded.edges[e].to}`).sort();
  // up to the fork, the wire into the block carries the shortcut too
  assert.deepEqual(ends, ["op-0 op-1", "op-0 op-3", "op-1 op-2", "op-2 op-3"]);
  assert.deepEqual(lightOf(picture, model, "op-3"), light); // the merge stands for its skip
});

test("a box lights its wires and dims nothing; an unknown one nothing at all", () => {
  const { picture, model } = blockPage();
  const light = lightOf(picture, model, "op-1");
  assert.ok(light);
  assert.equal(light.dims, false);
  assert.deepEqual([...light.edges].map((e) => picture.folded.edges[e].to).sort(), ["op-1", "op-2"]);
  assert.equal(lightOf(picture, model, "op-77"), null);
  assert.equal(lightOf(picture, model, ""), null);
});

test("the wires of a box are those of the picture that end there, also where it is wrapped", () => {
  const ops = [op("input", [])];
  const calls = [call("", -1)];
  for (let i = 0; i < 24; i++) {
    calls.push(call(`m${i}`, 0));
    const x = ops.push(op("conv", [ops.length - 1], i + 1)) - 1;
    ops.push(op("add", [x, Math.max(x - 5, 0)], i + 1));
  }
  for (const wrap of [1, 3]) {
    const picture = new Folding(payload(ops, calls), { ...VIEW, wrap }).at({ depth: 9, turned: [3] });
    const { nodes, edges } = picture.folded;
    for (const { id } of nodes.filter(({ open }) => !open)) {
      assert.deepEqual([...edgesAt(picture, id)].sort(), edges.flatMap(({ from, to }, e) => (from === id || to === id ? [e] : [])).sort());
    }
  }
});

test("an op in a closed module is seen as the module, and opens with it", () => {
  const { net, folding } = blockPage();
  const closed = folding.at({ depth: 1, turned: [] });
  assert.equal(seenId(closed, net, "op-1"), "call-1");
  assert.equal(seenId(closed, net, "skip-0"), "call-1");
  const open = folding.at({ depth: 1, turned: [1] });
  assert.equal(seenId(open, net, "op-1"), "op-1");
  assert.equal(folding.canOpen(START, 1), true);
  assert.equal(folding.canOpen(START, 0), false);
  assert.equal(seenId(open, net, "op-99"), "");
});

test("a number from a foreign address folds nothing", () => {
  const { folding } = blockPage();
  assert.deepEqual(folding.openAt({ depth: 1, turned: [999] }), folding.openAt({ depth: 1, turned: [] }));
  assert.deepEqual(differing([1, 2], [2, 3]), [1, 3]);
});

test("a block that repeats is one straight line, however long, unless columns are asked for", () => {
  const ops = [op("input", [])];
  const calls = [call("", -1)];
  const skips = [];
  for (let block = 1; block <= 40; block++) {
    calls.push(call(`blocks.${block}`, 0, 7));
    for (let half = 0; half < 4; half++) {
      const source = ops.length - 1;
      for (let i = 0; i < 8; i++) ops.push(op("conv", [ops.length - 1], block));
      skips.push(skip(source, ops.push(op("add", [ops.length - 1, source], block)) - 1, block));
    }
  }
  const net = payload(ops, calls, skips);
  const columnsOf = (/** @type {number} */ wrap) => {
    const { root, folded } = new Folding(net, { ...VIEW, wrap }).at({ depth: 9, turned: [] });
    const block = root.kids.find(({ node }) => folded.nodes[node].times === 40);
    assert.ok(block);
    return new Set(block.at.map(({ across }) => across)).size;
  };
  assert.equal(columnsOf(0), 1);
  assert.equal(columnsOf(2), 2);
});
