/**
 * The page in a frame of a notebook: shown what the notebook hands it, telling what becomes of it.
 *
 * @import {Wire} from "./page.js"
 * @import {State} from "./state.js"
 */
import { orStill } from "./broken.js";
import { mount } from "./page.js";
import { reveal } from "./reveal.js";
import { select } from "./state.js";

/**
 * What a notebook hands over: what Python wrote, and the words that a page of its own has in its document.
 *
 * @typedef {Wire & {heading: string, line: string, caption: string}} Told
 */

/**
 * Selects something by its id and brings it into view; `""` lets go.
 *
 * @callback Choose
 * @param {string} id
 * @returns {void}
 */

/**
 * @param {string} told  a `Told` as JSON
 * @param {State} state  to begin with
 * @param {(state: State) => void} hear  called with every new state
 * @returns {Choose}
 */
export function begin(told, state, hear) {
  return orStill(document, "live", () => mountTold(told, state, hear)) ?? (() => {});
}

/**
 * @param {string} told
 * @param {State} state
 * @param {(state: State) => void} hear
 * @returns {Choose}
 */
function mountTold(told, state, hear) {
  const { heading, line, caption, ...wire } = /** @type {Told} */ (JSON.parse(told));
  const { theme } = wire.view.theme === "dark" ? wire.view : state;
  const page = mount(wire, document, { ...state, theme });
  write(page.part("bar"), { h1: heading, p: line });
  page.part("canvas").setAttribute("aria-label", caption);
  page.store.subscribe(hear);
  document.addEventListener("wheel", leaveUnlessHere, { capture: true, passive: true });
  return (id) => (page.model.has(id) ? reveal(page, id) : page.store.change(select, ""));
}

/**
 * @param {HTMLElement} part
 * @param {Record<string, string>} words  by the tag of the element they become the text of
 */
function write(part, words) {
  for (const [tag, text] of Object.entries(words)) /** @type {Element} */ (part.querySelector(tag)).textContent = text;
}

/**
 * Until the reader has come into the frame by a click or by keys, a wheel over it scrolls the notebook, which nobody
 * could else scroll past it.
 *
 * @param {Event} event
 */
function leaveUnlessHere(event) {
  if (!document.hasFocus()) event.stopImmediatePropagation();
}
