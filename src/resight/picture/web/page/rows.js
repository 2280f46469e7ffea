/**
 * Pieces that the panel is put together from: sections, rows of name and words, and links to what they speak of.
 *
 * @import {Page} from "./page.js"
 * @import {Value} from "./subject.js"
 * @import {Words} from "./words_en.js"
 */
import { histogram, statistics } from "./charts.js";
import { make } from "./dom.js";
import { hitOf } from "./find.js";
import { featureMaps } from "./maps.js";
import { number, whole } from "./numbers.js";
import { reveal } from "./reveal.js";
import { hover } from "./state.js";
import { mapsOf, numbersOf } from "./subject.js";

/** So many links are listed at first; the others unfold. */
const FIRST = 8;

/**
 * @param {string} title
 * @param {...(Node | string | null)} children
 */
export function section(title, ...children) {
  return children.some((child) => child !== null) ? make("section", {}, make("h3", {}, title), ...children) : null;
}

/**
 * Rows of a name and what belongs to it; rows without words are left out.
 *
 * @param {[string, Node | string | null][]} rows
 */
export function table(rows) {
  const filled = rows.filter(([, words]) => words !== null && words !== "");
  return filled.length === 0 ? null : make("dl", { class: "rows" }, ...filled.flatMap(([name, words]) => [make("dt", {}, name), make("dd", {}, words)]));
}

/**
 * A word that leads to something: pointing at it lights it up on the map.
 *
 * @param {Page} page
 * @param {string} id
 * @param {string} [title]
 */
export function link(page, id, title) {
  const { store, model } = page;
  const hit = hitOf(model.payload, id);
  const point = (/** @type {string} */ to) => () => store.change(hover, to);
  return make(
    "button", { class: "link", title: hit.path || hit.title, onclick: () => reveal(page, id), onpointerenter: point(id), onpointerleave: point("") },
    title ?? hit.title,
  );
}

/**
 * Links in a row; where there are many, the rest unfolds, and is made only then.
 *
 * @param {Page} page
 * @param {Words} words
 * @param {string[]} ids
 * @param {(id: string) => string | undefined} [titleOf]  where not by its own name
 */
export function links(page, words, ids, titleOf = () => undefined) {
  const linksTo = (/** @type {string[]} */ some) => some.map((id) => link(page, id, titleOf(id)));
  const [first, rest] = [ids.slice(0, FIRST), ids.slice(FIRST)];
  const shown = make("div", { class: "links" }, ...linksTo(first));
  if (rest.length === 0) return shown;
  const more = make("details", { ontoggle: () => more.append(...linksTo(rest.splice(0))) }, make("summary", {}, words.more(rest.length)));
  shown.append(more);
  return shown;
}

/**
 * What is known of one value: its feature maps, numbers, and those of its gradient.
 *
 * @param {Page} page
 * @param {Words} words
 * @param {Value | null} value
 */
export function valueSections({ model: { facts } }, words, value) {
  const [maps, values, gradients] = [mapsOf(facts, value), numbersOf(facts, value, "values"), numbersOf(facts, value, "gradients")];
  const charts = (/** @type {typeof values} */ numbers) => numbers === null ? [] : [
    numbers.counts.length > 0 ? histogram(numbers, words) : null,
    numbers.sampled < numbers.count ? make("p", { class: "note" }, words.sampled(whole(numbers.sampled))) : null,
    statistics(numbers, words),
  ];
  return [
    maps === null ? null : section(words.maps, featureMaps(maps, words)),
    maps === null && facts.maps.length > 0 ? section(words.maps, make("p", { class: "note" }, words.noMaps)) : null,
    section(words.values, ...charts(values)),
    section(words.gradients, ...charts(gradients)),
  ];
}

/**
 * A number as a bar from 0 to `most`, with its words beside it; a negative one runs to the left.
 *
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
export function gauge(value, least, most) {
  const share = (/** @type {number} */ x) => ((Math.min(Math.max(x, least), most) - least) / (most - least)) * 100;
  const [from, to] = [Math.min(share(0), share(value)), Math.max(share(0), share(value))];
  return make(
    "span", { class: "gauge" }, make("b", {}, number(value)),
    make("i", { "aria-hidden": "true" }, make("i", { style: `left: ${from}%; width: ${to - from}%` })),
  );
}
