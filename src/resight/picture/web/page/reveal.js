/**
 * Bringing something before the reader's eyes: the modules around it opened, the map moved there, selected.
 *
 * @import {Page} from "./page.js"
 */
import { bringIn } from "./camera.js";
import { findBox, seenId } from "./folding.js";
import { nameOf } from "./model.js";
import { look, select, turnAll } from "./state.js";

/**
 * @param {Page} page
 * @param {string} id
 */
export function reveal(page, id) {
  const { store, folding, model } = page;
  const open = folding.openAt(store.state);
  const closed = callsAround(model, id).filter((call) => !open[call] && folding.canOpen(store.state, call));
  store.change(turnAll, closed);
  store.change(select, id);
  bringBack(page, id);
}

/**
 * Move the map, if need be, to what is seen of something: into the part of it that no sheet covers.
 *
 * @param {Page} page
 * @param {string} id
 */
export function bringBack(page, id) {
  const { store, model, map } = page;
  const box = findBox(map.picture, seenId(map.picture, model.payload, id));
  if (box === null) return;
  const { size, x, y } = freePart(page);
  const { zoom, ...at } = map.camera();
  const inner = bringIn({ zoom, x: at.x + x / zoom, y: at.y + y / zoom }, box, size);
  store.change(look, { ...inner, x: inner.x - x / inner.zoom, y: inner.y - y / inner.zoom });
}

/**
 * The part of the map that is not covered by the panel or the outline: its size, and how far its middle is from that
 * of the map, in window pixels.
 *
 * @param {Page} page
 */
function freePart(page) {
  const whole = page.part("canvas").getBoundingClientRect();
  const [panel, tree] = ["panel", "tree"].map((id) => page.part(id).getBoundingClientRect());
  const isSheet = panel.width >= whole.width;
  const covered = {
    left: Math.max(tree.right - whole.left, 0),
    right: isSheet || panel.width === 0 || panel.top >= whole.bottom ? 0 : Math.max(whole.right - panel.left, 0),
    below: isSheet ? Math.max(whole.bottom - panel.top, 0) : 0,
  };
  const size = { width: whole.width - covered.left - covered.right, height: whole.height - covered.below };
  return { size, x: (covered.left - covered.right) / 2, y: -covered.below / 2 };
}

/**
 * The module calls that must be open for something to be seen.
 *
 * @param {Page["model"]} model
 * @param {string} id
 */
function callsAround(model, id) {
  const [kind, at] = nameOf(id);
  const { ops, calls, skips } = model.payload;
  if (kind === "op") return model.around(ops[at].call);
  if (kind === "skip") return [...new Set([...model.around(ops[skips[at].merge].call), ...model.around(skips[at].owner)])];
  return kind === "call" ? model.around(calls[at].parent) : [];
}
