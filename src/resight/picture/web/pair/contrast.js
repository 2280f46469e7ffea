/**
 * What differs, in words: of all, or of what is selected.
 *
 * @import {Couple} from "./couple.js"
 * @import {Model} from "../page/model.js"
 * @import {Page} from "../page/page.js"
 * @import {Pairing, Spoken} from "./pairing.js"
 * @import {Words} from "../page/words_en.js"
 */
import { make } from "../page/dom.js";
import { nameOf } from "../page/model.js";
import { link } from "../page/rows.js";
import { watch } from "../page/watch.js";

/** So many differences are listed; the others are counted. */
const MOST = 40;

/**
 * @param {HTMLElement} part
 * @param {Couple} couple
 * @param {Pairing} pairing
 */
export function showContrast(part, couple, pairing) {
  for (const page of couple.pages) {
    watch(page, ["selected"], (words) => {
      const { selected } = couple.pages[couple.chosenIn].store.state;
      part.replaceChildren(...(selected === "" ? all(couple.pages, pairing, words) : ofOne(couple, selected, pairing, words)));
    });
  }
}

/**
 * @param {Page[]} pages
 * @param {Pairing} pairing
 * @param {Words} words
 */
function all(pages, { summary, differences }, words) {
  const rest = differences.length - MOST;
  return [
    make("h2", {}, said(summary, words)),
    make("ul", {}, ...differences.slice(0, MOST).map((one) => {
      const [side, ids] = one.first.length > 0 ? [0, one.first] : [1, one.second];
      const line = said(one.words, words);
      const follows = said(one.follows, words);
      const place = ids.length === 0 ? line : link(pages[side], ids[0], line);
      return make("li", {}, place, follows === "" ? null : make("p", { class: "note" }, follows));
    })),
    ...(rest > 0 ? [make("p", { class: "note" }, words.more(rest))] : []),
  ];
}

/**
 * @param {Couple} couple
 * @param {string} selected
 * @param {Pairing} pairing
 * @param {Words} words
 */
function ofOne({ pages, chosenIn: side, counterparts }, selected, { differences }, words) {
  const { model } = pages[side];
  const [own, led] = /** @type {const} */ ([["first", "led_first"], ["second", "led_second"]])[side];
  const meets = (/** @type {string[]} */ ids) => ids.some((id) => isIn(model, id, selected));
  const lines = differences.flatMap((one) => {
    if (meets(one[own])) return [make("li", {}, said(one.words, words))];
    return meets(one[led]) ? [make("li", {}, make("span", { class: "note" }, `${words.follows}: `), said(one.words, words))] : [];
  });
  const isAlone = counterparts.of(side, selected) === "";
  return [
    make("h3", {}, words.differs),
    lines.length > 0 ? make("ul", {}, ...lines) : make("p", {}, isAlone ? words.alone : words.same),
  ];
}

/**
 * @param {Spoken} spoken
 * @param {Words} words
 */
function said(spoken, { tag }) {
  return tag === "zh" ? spoken.zh : spoken.en;
}

/**
 * Whether an op or a module call is what is selected, or in it.
 *
 * @param {Pick<Model, "payload" | "spanOf">} model
 * @param {string} id
 * @param {string} selected
 */
export function isIn(model, id, selected) {
  const [[kind, at], [around, where]] = [nameOf(id), nameOf(selected)];
  const { skips, outputs } = model.payload;
  if (around === "call") {
    const [[first, last], [from, to]] = [kind === "call" ? model.spanOf(at) : [at, at], model.spanOf(where)];
    return first >= from && last <= to && from >= 0;
  }
  const op = around === "skip" ? skips[where].merge : around === "out" ? outputs[where].op : where;
  return kind === "op" && at === op;
}
