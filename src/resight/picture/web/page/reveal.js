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
 * Move the map, if need be, to what is seen of something.
 *
 * @param {Page} page
 * @param {string} id
 */
export function bringBack({ store, model, map }, id) {
  const box = findBox(map.picture, seenId(map.picture, model.payload, id));
  if (box !== null) store.change(look, bringIn(map.camera(), box, map.size));
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
