/**
 * The page as a widget of a notebook (anywidget): a frame that holds it, and what is selected kept equal on both sides.
 *
 * A frame, since a notebook has styles and keys of its own (`d d` deletes a cell): none of ours reach it, none of its
 * reach us, the page fits itself to the frame's width as to a window's, and all of it goes when the frame does.
 *
 * @import {begin, Choose} from "./framed.js"
 * @import {State} from "./state.js"
 */
import { groundOf } from "./ground.js";
import { START } from "./state.js";

/**
 * The two sides' common values: `wire`, a network as JSON, and `at`, the id of what is selected.
 *
 * @typedef {object} Shared
 * @property {(name: string) => string} get
 * @property {(name: string, value: string) => void} set
 * @property {() => void} save_changes
 * @property {(event: string, listener: () => void) => void} on
 * @property {(event: string, listener: () => void) => void} off
 */

/** The reader can pull its lower edge. A notebook's own styles may not reach it: these stand in the element. */
const BOX = "height: 640px; min-height: 240px; resize: vertical; overflow: hidden; box-sizing: border-box; border: 1px solid rgb(128 128 128 / 35%); border-radius: 8px";
const INSIDE = "display: block; width: 100%; height: 100%; border: 0";

/**
 * @param {{model: Shared, el: HTMLElement}} given
 * @param {string} source  of the frame's document, in which framed.js waits
 * @returns {() => void}   takes all of it away
 */
export function render({ model, el }, source) {
  const box = document.createElement("div");
  const frame = document.createElement("iframe");
  box.style.cssText = BOX;
  frame.style.cssText = INSIDE;
  frame.title = "resight";
  frame.srcdoc = source;
  box.append(frame);

  /** What the page last told: a frame that a notebook takes out of its document and puts back begins with it. @type {State | null} */
  let state = null;
  /** @type {Choose} */
  let choose = () => {};
  const follow = () => {
    if (model.get("at") !== state?.selected) choose(model.get("at"));
  };

  frame.addEventListener("load", () => {
    const inside = /** @type {{begin?: typeof begin} | null} */ (/** @type {unknown} */ (frame.contentWindow));
    if (inside?.begin === undefined) return; // still empty
    state ??= { ...START, theme: groundOf(el) }; // not before: a notebook renders a widget, and only then puts it somewhere
    choose = inside.begin(model.get("wire"), state, hear);
    follow();
  });

  /** @param {State} next */
  function hear(next) {
    state = { ...next, hovered: "", playing: false };
    if (next.selected === model.get("at")) return;
    model.set("at", next.selected);
    model.save_changes();
  }

  model.on("change:at", follow);
  el.append(box);
  return () => {
    model.off("change:at", follow);
    box.remove();
  };
}
