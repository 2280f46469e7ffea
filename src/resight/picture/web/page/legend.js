/**
 * The colours of the map: what boxes are coloured by, and what each colour means.
 *
 * @import {FoldedNode} from "../fold.js"
 * @import {Page} from "./page.js"
 * @import {State} from "./state.js"
 * @import {Words} from "./words_en.js"
 */
import { hexOf, mixed, Scale } from "../heat.js";
import { DASHES, THEMES } from "../palette.js";
import { draw, make } from "./dom.js";
import { COLOURINGS, knownColourings, looksIn, MEASURES, numberOf } from "./measures.js";
import { colourBy, START } from "./state.js";
import { watch } from "./watch.js";

/** Groups of boxes that a legend names, in its order. */
const GROUPS = /** @type {const} */ (["linear", "norm", "activation", "pool", "attention", "shape", "merge", "module"]);

/** Steps a ramp is drawn in. */
const STEPS = 24;

/** @param {Page} page */
export function mountLegend(page) {
  const { model, map } = page;
  const [known, looks] = [knownColourings(model), looksIn(model)];
  const select = make("select", { onchange: () => page.store.change(colourBy, select.value) });
  const label = make("span");
  const key = make("div", { class: "key" });
  page.part("legend").append(make("label", {}, label, select), key);
  if (page.store.state.colour === START.colour && known.includes(model.view.color)) page.store.change(colourBy, model.view.color);
  const measureOf = (/** @type {State} */ { colour }) => (known.includes(colour) ? colour : "kind");
  watch(page, ["colour"], (words, state) => {
    label.textContent = words.colourBy;
    select.replaceChildren(...COLOURINGS.map((name) => make("option", { value: name, disabled: !known.includes(name) }, nameIn(words, name))));
    select.value = measureOf(state);
  });
  let said = "";
  watch(page, ["colour", "depth", "turned", "theme"], (words, state) => {
    const measure = measureOf(state);
    if (measure !== "kind") {
      said = "";
      key.replaceChildren(...paintBy(page, words, measure));
      return;
    }
    if (map.tint !== null) map.colour(null);
    const groups = groupsDrawn(page);
    const says = [words.colourBy, page.theme(), ...groups].join();
    if (says !== said) key.replaceChildren(...kindRows(page, words, looks, groups));
    said = says;
  });
}

/**
 * @param {Words} words
 * @param {string} name
 */
function nameIn(words, name) {
  return words.measures[/** @type {keyof Words["measures"]} */ (name)];
}

/**
 * Colour the map by a measure; returns what its legend shows.
 *
 * @param {Page} page
 * @param {Words} words
 * @param {string} measure
 */
function paintBy(page, words, measure) {
  const { model, map } = page;
  const { scale: kind, say } = MEASURES[measure];
  const theme = THEMES[page.theme()];
  const colours = kind === "signed" ? theme.signed : theme.ramp;
  const of = (/** @type {FoldedNode} */ node) => (node.open ? null : numberOf(model, measure, node.id));
  const drawn = map.picture.folded.nodes.filter(() => true); // without the gaps that closed modules leave
  const scale = new Scale(kind, drawn.map(of));
  map.colour((node) => {
    if (node.open) return null;
    const value = of(node);
    const share = scale.shareOf(value);
    return share === null ? { fill: theme.background, words: "" } : { fill: hexOf(mixed(colours, share)), words: say(value ?? 0) };
  });
  const unit = words.units[/** @type {keyof Words["units"]} */ (measure)];
  if (scale.isEmpty) return [make("p", {}, words.unknown)];
  const [low, middle, high] = [0, 0.5, 1].map((share) => say(scale.valueAt(share)));
  const ramp = draw("svg", { class: "ramp", viewBox: `0 0 ${STEPS} 1`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...rampOf(colours));
  return [make("div", { class: "scale", title: middle }, make("span", {}, low), ramp, make("span", {}, high)), make("p", {}, unit)];
}

/** @param {string[]} colours */
function rampOf(colours) {
  return Array.from({ length: STEPS }, (_, i) => draw("rect", { x: i, width: 1.05, height: 1, fill: hexOf(mixed(colours, i / (STEPS - 1))) }));
}

/**
 * The groups that the closed boxes of the map are of.
 *
 * @param {Page} page
 */
function groupsDrawn({ map }) {
  const { groups } = map.picture.census;
  return GROUPS.filter((group) => (groups.get(group) ?? 0) > 0);
}

/**
 * @param {Page} page
 * @param {Words} words
 * @param {string[]} looks  of the network's skips
 * @param {(typeof GROUPS)[number][]} groups
 */
function kindRows(page, words, looks, groups) {
  const theme = THEMES[page.theme()];
  const boxes = groups.map((group) => {
    const { fill, line } = theme.groups[group];
    return row(draw("rect", { x: 0.5, y: 0.5, width: 21, height: 9, rx: 3, fill, stroke: line }), words.groups[group]);
  });
  const arcs = looks.map((look) =>
    row(draw("path", { d: "M0 5h22", stroke: theme.skips[look], "stroke-width": 3, "stroke-dasharray": DASHES[look].join(" ") }), look),
  );
  return [make("ul", {}, ...arcs), make("ul", {}, ...boxes)];
}

/**
 * @param {SVGElement} mark
 * @param {string} words
 */
function row(mark, words) {
  return make("li", {}, draw("svg", { width: 22, height: 10, "aria-hidden": "true" }, mark), make("span", {}, words));
}
