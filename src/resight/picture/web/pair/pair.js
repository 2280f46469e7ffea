/**
 * The door of a comparison's page: two maps beside each other that move together, and what differs in words.
 *
 * @import {Side} from "./counterparts.js"
 * @import {Marked, Pairing} from "./pairing.js"
 * @import {Wire} from "../page/page.js"
 */
import { orStill } from "../page/broken.js";
import { showContrast } from "./contrast.js";
import { Counterparts } from "./counterparts.js";
import { Couple } from "./couple.js";
import { make } from "../page/dom.js";
import { fromHash } from "../page/hash.js";
import { showHighlights } from "../page/highlight.js";
import { followKeys } from "../page/keys.js";
import { showMinimap } from "../page/minimap.js";
import { showOutlines } from "./outlines.js";
import { keepAddress, keepTheme, Page } from "../page/page.js";
import { mountPanel } from "../page/panel.js";
import { followPointer } from "../page/pointer.js";
import { START } from "../page/state.js";
import { watch } from "../page/watch.js";

const SIDES = /** @type {Side[]} */ ([0, 1]);

/** Marks that the legend explains. */
const MARKS = /** @type {const} */ (["differs", "follows"]);

/** What is mounted on either side, in this order. @type {((page: Page) => void)[]} */
const VIEWS = [keepTheme, showHighlights, showMinimap, followPointer, followKeys, mountPanel];

/**
 * @param {Document} document  with an empty `#pair`, and a `#wire` of both networks
 */
export function start(document) {
  return orStill(document, "paired", () => mountPair(document));
}

/** @param {Document} document */
function mountPair(document) {
  /** @type {{networks: Wire[], pairing: Pairing}} */
  const { networks, pairing } = JSON.parse(document.getElementById("wire")?.textContent ?? "null");
  const box = /** @type {HTMLElement} */ (document.getElementById("pair"));
  const [names, maps, panels] = [networks.map(({ payload }) => heading(box, payload.title)), SIDES.map(newMap), SIDES.map(() => make("div"))];
  const told = make("div", { class: "told", "aria-live": "polite" });
  const legend = make("ul", { class: "legend" });
  box.append(make("nav", {}, ...names), ...maps.map(({ part }) => part), legend, make("aside", { id: "panel" }, told, ...panels));
  document.documentElement.classList.add("paired");

  // the document has one theme, also where the tables stand
  const fixed = { theme: networks[0].view.theme };
  const pages = SIDES.map((side) => {
    const parts = /** @type {Record<string, HTMLElement>} */ ({ ...maps[side].parts, panel: panels[side] });
    const state = { ...(side === 0 ? fromHash(document.location.hash) : START), ...fixed };
    return new Page(networks[side], document, state, (id) => parts[id] ?? make("div")); // what there is none of, nobody sees
  });
  const couple = new Couple(pages, new Counterparts(pairing, pages.map(({ model }) => model)));
  for (const side of SIDES) {
    showOutlines(pages[side], [pairing.first, pairing.second][side]);
    for (const view of VIEWS) view(pages[side]);
    const comeForward = () => bringForward(box, side);
    for (const part of [names[side], maps[side].part]) {
      part.addEventListener("pointerdown", comeForward);
      part.addEventListener("focusin", comeForward);
    }
    pages[side].store.subscribe(({ selected }, before) => {
      if (selected !== before.selected) bringForward(box, couple.chosenIn);
    });
  }
  const isUsed = (/** @type {keyof Marked} */ mark) => pairing.first[mark].length + pairing.second[mark].length > 0;
  showContrast(told, couple, pairing);
  watch(pages[0], [], (words) => {
    for (const [side, { parts }] of maps.entries()) parts.canvas.setAttribute("aria-label", `${networks[side].payload.title}. ${words.map}`);
    legend.replaceChildren(...MARKS.filter(isUsed).map((mark) => make("li", { class: mark }, words[mark])));
  });
  couple.carry(0, START);
  bringForward(box, 0);
  keepAddress(pages[0], fixed);
  box.addEventListener("wheel", (event) => leaveUnlessHere(box, event), { capture: true, passive: true });
  return { pages, couple };
}

/**
 * The name of a network, above its map: brings it forward where only one has room.
 *
 * @param {HTMLElement} box
 * @param {string} name
 */
function heading(box, name) {
  return make("button", { title: name, "aria-controls": box.id }, name);
}

/** A map and its parts. */
function newMap() {
  const canvas = make("canvas", { tabindex: 0, role: "application" });
  const minimap = make("div", { class: "minimap" });
  return { part: make("div", { class: "map" }, canvas, minimap), parts: { canvas, minimap } };
}

/**
 * The panel speaks of this side; on a narrow window its map is the one that is seen.
 *
 * @param {HTMLElement} box
 * @param {Side} side
 */
function bringForward(box, side) {
  box.dataset.front = String(side);
  box.querySelectorAll("nav button").forEach((name, i) => name.setAttribute("aria-pressed", String(i === side)));
}

/**
 * Until the reader has come here by a click or by keys, a wheel scrolls the page, which nobody could else scroll past
 * the maps; with the control key it zooms.
 *
 * @param {HTMLElement} box
 * @param {WheelEvent} event
 */
function leaveUnlessHere(box, event) {
  if (!event.ctrlKey && !box.contains(document.activeElement)) event.stopImmediatePropagation();
}
