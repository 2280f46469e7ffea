/**
 * Networks of any size for the layout benchmarks; plain enough to run in V8 and in QuickJS.
 *
 * @import {CallBox, OpBox, Payload, SkipArc, View} from "../src/resight/picture/web/schema.js"
 */

/** Everything open, in one column. @type {View} */
export const VIEW = {
  depth: 1000, open: [], only: "", direction: "down", wrap: 1, theme: "light", everything: false, repeats: false, header: true,
  color: "",
};

/** @type {Record<string, () => Payload>} */
export const NETS = {
  "nested 1k": () => nested(1000),
  "nested 10k": () => nested(10000),
  "nested 50k": () => nested(50000),
  "32k nested long skips": () => onion(32000),
};

/**
 * Residual blocks of eight ops in stages of eight, those in stages of eight again.
 *
 * @param {number} count  number of ops
 * @returns {Payload}
 */
function nested(count) {
  const net = new Net();
  let x = net.op("input", 0, []);
  while (net.ops.length < count) {
    const outer = net.call(0, `stage${net.calls.length}`);
    for (let i = 0; i < 8 && net.ops.length < count; i++) {
      const inner = net.call(outer, `part${i}`);
      for (let j = 0; j < 8 && net.ops.length < count; j++) {
        const block = net.call(inner, `block${j}`);
        const source = x;
        for (let k = 0; k < 6; k++) x = net.op("conv", block, [x]);
        x = net.op("add", block, [x, source]);
        net.skip(source, x, block);
        x = net.op("relu", block, [x]);
      }
    }
  }
  return net.payload();
}

/**
 * Values that part early and meet late, one inside the other, as in a U-Net of many levels.
 *
 * @param {number} skips
 * @returns {Payload}
 */
function onion(skips) {
  const net = new Net();
  let x = net.op("input", 0, []);
  const kept = [];
  for (let i = 0; i < skips; i++) {
    kept.push(x);
    x = net.op("conv", 0, [x]);
  }
  for (const source of kept.reverse()) {
    x = net.op("add", 0, [x, source]);
    net.skip(source, x, 0);
  }
  return net.payload();
}

class Net {
  constructor() {
    /** @type {OpBox[]} */
    this.ops = [];
    /** @type {CallBox[]} */
    this.calls = [];
    /** @type {SkipArc[]} */
    this.skips = [];
    this.call(-1, "");
  }

  /**
   * @param {string} name
   * @param {number} call
   * @param {number[]} inputs
   */
  op(name, call, inputs) {
    const words = { title: name, detail: "3×3, 64", shape: "64×56×56", group: "linear" };
    const flags = { aside: false, reshaped: false, failed: false };
    return this.ops.push({ call, name, ...words, inputs: inputs.map((i) => [i, 0]), ...flags }) - 1;
  }

  /**
   * @param {number} parent
   * @param {string} title
   */
  call(parent, title) {
    const path = parent > 0 ? `${this.calls[parent].path}.${title}` : title;
    return this.calls.push({ parent, path, title, cls: "Block", detail: "", parameters: "1.2M", same: -1 }) - 1;
  }

  /**
   * @param {number} source
   * @param {number} merge
   * @param {number} owner
   */
  skip(source, merge, owner) {
    const flags = { partial: false, weak: false, long: true };
    this.skips.push({ merge, source: [source, 0], kind: "identity", combine: "add", shortcut: [], owner, also: [], branch: [], ...flags });
  }

  /** @returns {Payload} */
  payload() {
    const { ops, calls, skips } = this;
    const outputs = [{ op: ops.length - 1, slot: 0, title: "output", shape: "10", aside: false }];
    return { schema: 1, title: "Net", subtitle: "", ops, calls, skips, outputs, failure: "", unseen: "", heat: null };
  }
}
