/**
 * What the panel says of a skip: its kind, its ops, what its branch adds, and how it was found.
 *
 * @import {Page} from "./page.js"
 * @import {Parts} from "./panel.js"
 * @import {Words} from "./words_en.js"
 */
import { lookOf } from "../styles.js";
import { make } from "./dom.js";
import { gauge, link, links, section, table, valueSections } from "./rows.js";

/** Gauges of gain and update run to here: at 1 the branch is as strong as the shortcut. */
const MOST = 2;

/**
 * @param {Page} page
 * @param {Words} words
 * @param {number} skip
 * @returns {Parts}
 */
export function skipParts(page, words, skip) {
  const { model } = page;
  const { kind, combine, merge, source, shortcut, owner } = model.payload.skips[skip];
  const branch = branchOf(page, skip);
  const ids = (/** @type {number[]} */ ops) => ops.map((op) => `op-${op}`);
  return {
    kind: words.skip,
    title: words.skipTitle(kind, combine),
    subtitle: words.kinds[/** @type {keyof Words["kinds"]} */ (kind)] ?? "",
    call: owner,
    body: [
      make("i", { class: "stripe", style: `--colour: var(--skip-${lookOf(model.payload.skips[skip])})` }),
      section(words.gain, ...contribution(page, words, skip)),
      section(
        words.ways,
        table([
          [words.parts, link(page, `op-${source[0]}`, place(page, source[0]))],
          [words.shortcut, shortcut.length === 0 ? words.wire : links(page, words, ids(shortcut))],
          [words.branch, links(page, words, ids(branch))],
          [words.meets, link(page, `op-${merge}`, place(page, merge))],
        ]),
      ),
      section(words.found, make("ul", { class: "found" }, ...foundBy(page, words, skip).map((line) => make("li", {}, line)))),
      ...valueSections(page, words, [merge, 0]),
    ],
  };
}

/**
 * The ops on the branch that a picture shows.
 *
 * @param {Page} page
 * @param {number} skip
 */
function branchOf({ model: { payload } }, skip) {
  const runs = payload.skips[skip].branch;
  return runs.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i)).filter((op) => !payload.ops[op].aside);
}

/**
 * An op and the module it is in: `layer1.0 add`.
 *
 * @param {Page} page
 * @param {number} op
 */
function place({ model: { payload } }, op) {
  const { call, title } = payload.ops[op];
  const { path } = payload.calls[call];
  return path === "" ? title : `${path} ${title}`;
}

/**
 * @param {Page} page
 * @param {Words} words
 * @param {number} skip
 */
function contribution({ model: { facts } }, words, skip) {
  const { gain, cosine, update } = facts.skips[skip];
  if (gain === null && cosine === null && update === null) return [make("p", { class: "note" }, words.unrecorded)];
  const row = (/** @type {string} */ name, /** @type {string} */ means, /** @type {number | null} */ value, /** @type {number} */ least, /** @type {number} */ most) =>
    value === null ? null : make("div", { class: "measured", title: means }, make("span", {}, name), gauge(value, least, most), make("small", {}, means));
  return [
    row(words.gain, words.gainMeans, gain, 0, MOST),
    row(words.cosine, words.cosineMeans, cosine, -1, 1),
    row(words.update, words.updateMeans, update, 0, MOST),
  ];
}

/**
 * Why this is a skip, sentence by sentence.
 *
 * @param {Page} page
 * @param {Words} words
 * @param {number} skip
 */
function foundBy(page, words, skip) {
  const { payload, facts } = page.model;
  const { source, shortcut, long, partial, weak } = payload.skips[skip];
  const { closed, link: before } = facts.skips[skip];
  const branch = branchOf(page, skip);
  const learned = branch.filter((op) => facts.ops[op].weights.some(({ buffer }) => !buffer)).length;
  return [
    words.foundParts(place(page, source[0])),
    words.foundWays(shortcut.length === 0 ? words.wire : words.ops(shortcut.length), words.ops(branch.length)),
    learned > 0 ? words.foundLearned(learned) : "",
    words.links[/** @type {keyof Words["links"]} */ (before)] ?? "",
    closed ? words.flags.closed : words.flags.open,
    long ? words.flags.long : "",
    partial ? words.flags.partial : "",
    weak ? words.flags.weak : "",
  ].filter((line) => line !== "");
}
