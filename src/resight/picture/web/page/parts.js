/**
 * What the panel says of ops and of module calls.
 *
 * @import {Page} from "./page.js"
 * @import {Parts} from "./panel.js"
 * @import {Value} from "./subject.js"
 * @import {Words} from "./words_en.js"
 */
import { lookOf } from "../styles.js";
import { make } from "./dom.js";
import { nameOf } from "./model.js";
import { binarySize, duration, parameters, quantity, whole } from "./numbers.js";
import { links, section, table, valueSections } from "./rows.js";
import { turn } from "./state.js";
import { secondsOf, specOf, valueOf } from "./subject.js";

/**
 * @param {Page} page
 * @param {Words} words
 * @param {number} op
 * @param {number} slot  the output whose numbers are shown
 * @returns {Parts}
 */
export function opParts(page, words, op, slot) {
  const { payload, facts, skipAt } = page.model;
  const box = payload.ops[op];
  const known = facts.ops[op];
  const [place, line] = facts.sources[known.source];
  const closes = skipAt.has(op) ? [`skip-${skipAt.get(op)}`] : [];
  /** @type {Value[]} */
  const outputs = known.outputs.map((_, i) => [op, i]);
  return {
    kind: box.name === "input" ? words.inputOf : words.op,
    title: box.title,
    subtitle: box.detail,
    call: box.call,
    body: [
      table([
        ...specRows(page, words.reads, box.inputs),
        ...specRows(page, words.gives, outputs),
        [words.closes, closes.length > 0 ? links(page, words, closes) : null],
      ]),
      ...valueSections(page, words, [op, slot]),
      section(words.cost, costs(words, known, known.seconds), weights(words, known.weights)),
      section(words.attributes, table(facts.attributes[known.attributes].map(([name, value]) => [name, make("code", {}, value)]))),
      section(words.source, place === "" ? null : make("p", { class: "source" }, place), line === "" ? null : make("pre", {}, line)),
      known.inplace ? make("p", { class: "note" }, words.inplace) : null,
    ],
  };
}

/**
 * @param {Page} page
 * @param {Words} words
 * @param {number} call
 * @returns {Parts}
 */
export function callParts(page, words, call) {
  const { model, folding, store } = page;
  const { payload, facts } = model;
  const { title, cls, path, parent } = payload.calls[call];
  const known = facts.calls[call];
  const [first, last] = model.spanOf(call);
  const skips = payload.skips.flatMap(({ merge }, s) => (first >= 0 && first <= merge && merge <= last ? [`skip-${s}`] : []));
  const value = valueOf(model, `call-${call}`);
  const canOpen = folding.canOpen(store.state, call);
  return {
    kind: call === 0 ? words.model : words.module,
    title: call === 0 ? payload.title : title,
    subtitle: cls === title ? "" : cls,
    call: parent,
    body: [
      canOpen ? make("button", { class: "turn", onclick: () => store.change(turn, call) }, turnWord(page, words, call)) : null,
      table([
        [words.path, path === title || path === "" ? null : make("code", {}, path)],
        ...specRows(page, words.reads, known.inputs),
        ...specRows(page, words.gives, known.outputs),
        [words.contains, first < 0 ? null : words.ops(last - first + 1)],
      ]),
      section(words.skips(skips.length), skips.length > 0 ? counted(page, words, skips) : null),
      ...valueSections(page, words, value),
      section(words.cost, costs(words, known, secondsOf(model, call))),
      ...(call === 0 ? about(page, words) : []),
    ],
  };
}

/**
 * What the button says that opens or closes a module on the map.
 *
 * @param {Page} page
 * @param {Words} words
 * @param {number} call
 */
export function turnWord({ folding, store }, words, call) {
  return folding.openAt(store.state)[call] ? words.shut : words.open;
}

/**
 * The skips of a module, kind by kind.
 *
 * @param {Page} page
 * @param {Words} words
 * @param {string[]} ids
 */
function counted(page, words, ids) {
  const { calls, skips } = page.model.payload;
  const skipOf = (/** @type {string} */ id) => skips[nameOf(id)[1]];
  const looks = [...new Set(ids.map((id) => lookOf(skipOf(id))))];
  return make("div", { class: "kinds" }, ...looks.map((look) => {
    const same = ids.filter((id) => lookOf(skipOf(id)) === look);
    const named = links(page, words, same, (id) => calls[skipOf(id).owner].path || calls[skipOf(id).owner].title);
    return make("div", {}, make("i", { class: "swatch", style: `--colour: var(--skip-${look})` }), make("b", {}, `${same.length} ${look}`), named);
  }));
}

/**
 * How the trace was made, and what its numbers come from.
 *
 * @param {Page} page
 * @param {Words} words
 */
function about({ model: { facts, payload } }, words) {
  const lines = [facts.ran, facts.how, payload.failure].filter((line) => line !== "");
  return [
    section(words.ran, ...lines.map((line) => make("p", { class: "note" }, line))),
    section(words.notes, ...facts.notes.map((note) => make("p", { class: "note" }, note))),
  ];
}

/**
 * The specs of values, each a link to the op that made it.
 *
 * @param {Page} page
 * @param {string} name
 * @param {Value[]} values
 * @returns {[string, Node | null][]}
 */
function specRows({ model: { facts } }, name, values) {
  return values.map((value, i) => [i === 0 ? name : "\u00a0", make("code", {}, specOf(facts, value))]);
}

/**
 * @param {Words} words
 * @param {{parameters: number, flops: number, bytes: number}} known
 * @param {number | null} seconds
 */
function costs(words, known, seconds) {
  const exact = (/** @type {number} */ count, /** @type {string} */ short) => (count < 1000 ? short : make("span", { title: whole(count) }, short));
  return table([
    [words.parameters, known.parameters === 0 ? null : exact(known.parameters, parameters(known.parameters))],
    [words.flops, known.flops === 0 ? null : exact(known.flops, quantity(known.flops, "FLOP"))],
    [words.bytes, known.bytes === 0 ? null : exact(known.bytes, binarySize(known.bytes))],
    [words.seconds, seconds === null ? null : duration(seconds)],
  ]);
}

/**
 * @param {Words} words
 * @param {{name: string, spec: string, buffer: boolean}[]} all
 */
function weights(words, all) {
  if (all.length === 0) return null;
  return make("ul", { class: "weights" }, ...all.map(({ name, spec, buffer }) =>
    make("li", {}, make("span", {}, name), make("code", {}, spec), buffer ? make("small", {}, words.buffer) : null)));
}
