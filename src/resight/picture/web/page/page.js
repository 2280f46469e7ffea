/**
 * The door of the page: reads what Python wrote, builds the state, mounts the views.
 *
 * @import {Payload, View} from "../schema.js"
 * @import {Facts} from "./facts.js"
 * @import {State} from "./state.js"
 */
import { orStill } from "./broken.js";
import { Folding } from "./folding.js";
import { fromHash, toHash } from "./hash.js";
import { showHighlights } from "./highlight.js";
import { followKeys } from "./keys.js";
import { MapView } from "./map.js";
import { showMinimap } from "./minimap.js";
import { Model } from "./model.js";
import { followPointer } from "./pointer.js";
import { become, Store } from "./state.js";
import { AROUND } from "./views.js";

/** The address is written when the state has been still so long, in milliseconds. */
const STILL = 300;

/**
 * What Python wrote: the network, how it was to be drawn, and what is known about it.
 *
 * @typedef {{payload: Payload, view: View, facts: Facts}} Wire
 */

/** What every view is given. */
export class Page {
  /**
   * @param {Wire} wire
   * @param {Document} document
   * @param {State} state  to begin with
   * @param {(id: string) => HTMLElement | null} find  a part by its id, where not the document's
   */
  constructor({ payload, view, facts }, document, state, find = (id) => document.getElementById(id)) {
    this.document = document;
    this.find = find;
    this.model = new Model(payload, view, facts);
    this.folding = new Folding(payload, view);
    this.store = new Store(state);
    this.map = new MapView(/** @type {HTMLCanvasElement} */ (this.part("canvas")), this);
  }

  /**
   * An element of the page by its id: `tree`, `search`, `panel`, `strip`, `player`, `legend`, `canvas`, ...
   *
   * @param {string} id
   * @returns {HTMLElement}
   */
  part(id) {
    const found = this.find(id);
    if (found === null) throw new Error(`the page has no #${id}`);
    return found;
  }

  /** The theme in use, `light` or `dark`. */
  theme() {
    const { theme } = this.store.state;
    if (theme !== "") return theme;
    if (this.model.view.theme === "dark") return "dark";
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
}

/** What is mounted, in this order; each is given the page. @type {((page: Page) => void)[]} */
const VIEWS = [keepTheme, showHighlights, showMinimap, followPointer, followKeys, ...AROUND];

/**
 * A page in a window of its own: it reads what the document carries, and its state is in the address.
 *
 * @param {Document} document
 * @returns {Page | null}  null where it failed: the still picture is shown
 */
export function start(document) {
  return orStill(document, "live", () => {
    const wire = JSON.parse(document.getElementById("wire")?.textContent ?? "null");
    const page = mount(wire, document, fromHash(document.location.hash));
    keepAddress(page);
    return page;
  });
}

/**
 * @param {Wire} wire
 * @param {Document} document  with the parts that html.py writes
 * @param {State} state        to begin with
 * @returns {Page}
 */
export function mount(wire, document, state) {
  document.documentElement.classList.add("live");
  const page = new Page(wire, document, state);
  for (const view of VIEWS) view(page);
  return page;
}

/**
 * The state goes to the address, and comes from it when the reader changes it.
 *
 * @param {Page} page
 * @param {Partial<State>} fixed  what an address has no say in
 */
export function keepAddress({ store, document }, fixed = {}) {
  const { location, history } = /** @type {Window} */ (document.defaultView);
  let timer = setTimeout(() => {}, 0);
  let written = location.hash;
  store.subscribe((state) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (location.hash !== written) return; // the reader has just changed it, which we hear of next
      history.replaceState(null, "", toHash(state) || location.pathname + location.search);
      written = location.hash;
    }, STILL);
  });
  addEventListener("hashchange", () => {
    written = location.hash;
    store.change(become, { ...fromHash(written), ...fixed });
  });
}

/**
 * Light or dark, as asked or as the system is.
 *
 * @param {Page} page
 */
export function keepTheme(page) {
  const { store, map, document } = page;
  const show = () => {
    document.documentElement.dataset.theme = page.theme();
    map.colour(map.tint);
  };
  store.subscribe((state, before) => {
    if (state.theme !== before.theme) show();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  show();
}
