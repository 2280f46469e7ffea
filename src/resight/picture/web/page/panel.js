/**
 * The panel: all that is known of what is selected.
 *
 * @import {Page} from "./page.js"
 * @import {Words} from "./words_en.js"
 */
import { make } from "./dom.js";
import { nameOf } from "./model.js";
import { callParts, opParts, turnWord } from "./parts.js";
import { skipParts } from "./skip_parts.js";
import { select } from "./state.js";
import { watch } from "./watch.js";

/**
 * What a panel shows.
 *
 * @typedef {object} Parts
 * @property {string} kind      what it is: `op`, `module`, ...
 * @property {string} title
 * @property {string} subtitle
 * @property {number} call      the module around it, for the way to it; -1 for none
 * @property {(Node | null)[]} body
 */

/** @param {Page} page */
export function mountPanel(page) {
  const { store, model } = page;
  const part = page.part("panel");
  watch(page, ["selected", "depth", "theme"], (words, { selected }) => {
    const scrollTop = part.dataset.id === selected ? part.scrollTop : 0;
    part.dataset.id = selected;
    part.setAttribute("aria-label", words.panel);
    part.hidden = !model.has(selected);
    part.replaceChildren(...(part.hidden ? [] : shown(page, words, partsOf(page, words, selected))));
    part.scrollTop = scrollTop;
  });
  watch(page, ["turned"], (words, { selected }) => { // which changes no more of it than this word
    const button = part.querySelector(".turn");
    if (button !== null) button.textContent = turnWord(page, words, nameOf(selected)[1]);
  });
  part.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    store.change(select, "");
    page.part("canvas").focus();
  });
}

/**
 * @param {Page} page
 * @param {Words} words
 * @param {string} id
 * @returns {Parts}
 */
function partsOf(page, words, id) {
  const [kind, at] = nameOf(id);
  const { outputs } = page.model.payload;
  if (kind === "call") return callParts(page, words, at);
  if (kind === "skip") return skipParts(page, words, at);
  if (kind !== "out") return opParts(page, words, at, 0);
  const { op, slot, title } = outputs[at];
  return { ...opParts(page, words, op, slot), kind: words.outputOf, title };
}

/**
 * @param {Page} page
 * @param {Words} words
 * @param {Parts} parts
 */
function shown({ model, store }, words, { kind, title, subtitle, call, body }) {
  const { calls } = model.payload;
  const way = call < 0 ? [] : model.around(call).reverse();
  const go = (/** @type {number} */ c) => make("button", { class: "link", onclick: () => store.change(select, `call-${c}`) }, calls[c].title);
  return [
    make(
      "header", {},
      make("div", {}, make("small", {}, kind), make("h2", {}, title), subtitle === "" ? null : make("p", {}, subtitle)),
      make("button", { class: "close", "aria-label": words.close, title: words.close, onclick: () => store.change(select, "") }, "×"),
    ),
    way.length === 0 ? null : make("nav", { class: "way", "aria-label": words.where }, ...way.map(go)),
    ...body,
  ].filter((child) => child !== null);
}
