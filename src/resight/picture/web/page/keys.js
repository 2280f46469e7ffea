/**
 * The map by keyboard: arrows move, + and - zoom, 0 shows all, 1 to 9 open to a depth, Enter opens or closes what is
 * selected, Escape lets go.
 *
 * @import {MapView} from "./map.js"
 * @import {Page} from "./page.js"
 */
import { moveBy, zoomAt } from "./camera.js";
import { turnId } from "./pointer.js";
import { openTo, select } from "./state.js";

/** How far an arrow moves, in window pixels, and how much + zooms. */
const STEP = 80;
const FACTOR = 1.25;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };

/**
 * @param {Page} page
 */
export function followKeys(page) {
  page.map.canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !act(page, event.key)) return;
    event.preventDefault();
  });
  page.document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLElement && event.target.closest("input, select, textarea") !== null;
    if (event.key !== "/" || isTyping) return;
    page.part("search").querySelector("input")?.focus();
    event.preventDefault();
  });
}

/**
 * @param {Page} page
 * @param {string} key
 * @returns {boolean}  whether it means something here
 */
function act(page, key) {
  const { map, store } = page;
  if (key in ARROWS) map.turnTo(moveBy(map.camera(), ...ARROWS[key]));
  else if (key === "+" || key === "=") zoom(map, FACTOR);
  else if (key === "-") zoom(map, 1 / FACTOR);
  else if (key === "0") map.showAll();
  else if (/^[1-9]$/.test(key)) store.change(openTo, Number(key));
  else if (key === "Enter") turnId(page, store.state.selected);
  else if (key === "Escape") store.change(select, "");
  else return false;
  return true;
}

/**
 * @param {MapView} map
 * @param {number} factor
 */
function zoom(map, factor) {
  const { width, height } = map.size;
  map.turnTo(zoomAt(map.camera(), map.size, width / 2, height / 2, factor, map.farthest()));
}
