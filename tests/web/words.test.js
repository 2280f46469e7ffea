import assert from "node:assert/strict";
import { test } from "node:test";
import { textWidth } from "../../src/resight/picture/web/measure.js";
import { sizeOf, wordsIn } from "../../src/resight/picture/web/sizes.js";

/**
 * @import {FoldedNode} from "../../src/resight/picture/web/fold.js"
 */

/**
 * @param {Partial<FoldedNode>} fields
 * @returns {FoldedNode}
 */
function node(fields) {
  return {
    id: "op-1", parent: "", kind: "op", title: "conv", detail: "", shape: "", reshaped: false, group: "linear", path: "",
    parameters: "", open: false, times: 1, size: 1, skips: [], merge: "", mergeLook: "", shortcut: "", failed: false, ...fields,
  };
}

test("the name of an output gives way to its shape", () => {
  const { title, behind } = wordsIn(node({ kind: "output", title: "vision_model_output.last_hidden_state", shape: "50×768" }), 200);
  assert.equal(behind, "50×768");
  assert.match(title, /^vision.+….+state$/);
});

test("a repeat says how often, and rather no class than a stump of one", () => {
  const repeat = node({ kind: "repeat", times: 12, title: "layers.0 … layers.11", detail: "Conv2dNormActivation" });
  assert.equal(wordsIn(repeat, 400).behind, "×12  Conv2dNormActivation");
  assert.equal(wordsIn(repeat, 170).behind, "×12");
  assert.match(wordsIn(repeat, 240).behind, /^×12 {2}Con.*…/);
});

test("whatever is behind a title fits beside it", () => {
  const box = node({ kind: "repeat", times: 3, title: "some.dotted.name", detail: "AClassWithAName", shape: "3×4" });
  for (let room = 90; room < 400; room += 7) {
    const { title, behind } = wordsIn(box, room);
    assert.ok(textWidth(title, 12, 600) + 6 + textWidth(behind, 12, 400) <= room, `${title} | ${behind} in ${room}`);
  }
});

test("a box is wide enough for the longest shape", () => {
  const shape = Array.from({ length: 20 }, () => "1024").join("×");
  const wide = (/** @type {Partial<FoldedNode>} */ fields) => sizeOf(node(fields), true).face.left * 2;
  assert.ok(wide({ kind: "output", title: "a_long_name_of_an_output", shape }) >= textWidth(shape, 12, 400) + 24);
  assert.ok(wide({ reshaped: true, shape }) >= textWidth(shape, 11, 400) + 24);
  assert.equal(wide({ title: "x".repeat(200) }), 280);
});
