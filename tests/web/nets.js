/**
 * Small payloads for the tests of the web modules.
 *
 * @import {CallBox, OpBox, Payload, SkipArc, View} from "../../src/resight/picture/web/schema.js"
 */

/** @type {View} */
export const VIEW = {
  depth: null, open: [], only: "", direction: "down", wrap: 1, theme: "light", everything: false, repeats: true, header: false,
  color: "",
};

/**
 * An op `NAME` that reads the ops at `inputs`, in the module call `call`.
 *
 * @param {string} name
 * @param {number[]} inputs
 * @param {number} [call]
 * @returns {OpBox}
 */
export function op(name, inputs, call = 0) {
  const flags = { aside: false, reshaped: false, failed: false };
  return { call, name, title: name, detail: "", shape: "8", group: "linear", inputs: inputs.map((i) => [i, 0]), ...flags };
}

/**
 * @param {string} path
 * @param {number} parent
 * @param {number} [same]
 * @returns {CallBox}
 */
export function call(path, parent, same = -1) {
  return { parent, path, title: path.split(".").pop() ?? "", cls: "Block", detail: "", parameters: "", same };
}

/**
 * @param {OpBox[]} ops
 * @param {CallBox[]} calls
 * @param {SkipArc[]} [skips]
 * @returns {Payload}
 */
export function payload(ops, calls, skips = []) {
  return { schema: 1, title: "Net", subtitle: "", ops, calls, skips, outputs: [], failure: "", unseen: "", heat: null };
}

/**
 * @param {number} source
 * @param {number} merge
 * @param {number} owner
 * @param {number[]} [shortcut]
 * @returns {SkipArc}
 */
export function skip(source, merge, owner, shortcut = []) {
  const flags = { partial: false, weak: false, long: false };
  const kind = shortcut.length > 0 ? "projection" : "identity";
  return { merge, source: [source, 0], kind, combine: "add", shortcut, owner, also: [], branch: [], ...flags };
}

/**
 * A residual block with two convolutions.
 *
 *     x ─┬─ conv ─ conv ─ add ─ relu
 *        └─────────────────┘
 */
export function block() {
  const ops = [op("input", []), op("conv", [0], 1), op("conv", [1], 1), op("add", [2, 0], 1), op("relu", [3])];
  return payload(ops, [call("", -1), call("block", 0)], [skip(0, 3, 1)]);
}
