/**
 * The modules as a tree that keyboard and screen reader can walk: arrows as in any tree, Enter brings a module into
 * view, space opens or closes it on the map. What is open in the tree is open on the map.
 *
 * @import {Page} from "./page.js"
 * @import {State} from "./state.js"
 * @import {Words} from "./words_en.js"
 */
import { make } from "./dom.js";
import { differing, seenId } from "./folding.js";
import { nameOf } from "./model.js";
import { bringBack } from "./reveal.js";
import { select, turn } from "./state.js";
import { watch } from "./watch.js";

/** Rows beyond this are not listed: a page with so many elements would be slow. */
const MOST = 1000;

/** @param {Page} page */
export function mountOutline(page) {
  new Outline(page);
}

class Outline {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    this.part = page.part("tree");
    /** The calls listed, in order, and their rows. @type {Map<number, HTMLElement>} */
    this.rows = new Map();
    this.isStale = true;
    /** What the rows show. @type {{depth: number | null, turned: number[], words: Words} | null} */
    this.shown = null;
    /** The call whose row is the chosen one. */
    this.chosen = -1;
    this.tree = make("ul", {
      role: "tree", onkeydown: (/** @type {KeyboardEvent} */ event) => this.press(event), onclick: (/** @type {MouseEvent} */ event) => this.click(event),
    });
    this.part.append(this.tree);
    /** @type {Words | null} */
    this.words = null;
    this.part.addEventListener("shown", () => this.show());
    watch(page, ["depth", "turned"], (words) => {
      this.isStale = true;
      this.words = words;
      this.show();
    });
    watch(page, ["selected"], (_, state) => this.follow(state));
  }

  /** List the modules anew, if that is due and can be seen. */
  show() {
    if (this.part.hidden || !this.isStale || this.words === null) return;
    const { store, folding, document } = this.page;
    const { depth, turned } = store.state;
    const focused = callOf(document.activeElement);
    const changed = this.shown?.depth === depth && this.shown.words === this.words ? differing(this.shown.turned, turned) : null;
    this.mark(this.chosen, false);
    if (changed?.every((call) => this.rows.has(call))) {
      for (const call of changed) this.renew(call, folding.openAt(store.state));
    } else {
      this.part.setAttribute("aria-label", this.words.outline);
      this.tree.setAttribute("aria-label", this.words.outline);
      this.rows.clear();
      this.tree.replaceChildren(this.item(0, 1, folding.openAt(store.state)));
    }
    [this.isStale, this.shown, this.chosen] = [false, { depth, turned, words: this.words }, -1];
    this.follow(this.page.store.state);
    this.rows.get(focused)?.focus();
  }

  /**
   * List what is in one module anew.
   *
   * @param {number} call
   * @param {boolean[]} open
   */
  renew(call, open) {
    const row = /** @type {HTMLElement} */ (this.rows.get(call));
    for (const inside of row.querySelectorAll("[data-call]")) this.rows.delete(callOf(inside));
    row.querySelector("ul")?.remove();
    this.unfold(row, call, open);
    // The browser would find out that it is in sight only once all else is laid out, and do that again.
    row.querySelector("ul")?.style.setProperty("content-visibility", "visible");
  }

  /**
   * A module with those in it, as far as it is open.
   *
   * @param {number} call
   * @param {number} level
   * @param {boolean[]} open
   * @returns {HTMLElement}
   */
  item(call, level, open) {
    const { title, cls, parameters } = this.page.model.payload.calls[call];
    const row = make(
      "li", { role: "treeitem", tabindex: "-1", "aria-level": level, "aria-selected": "false", "data-call": call },
      make(
        "div", { class: "row", style: `--level: ${level}; --letters: ${parameters.length}`, title: `${title} ${cls}` }, make("i", { class: "mark", "aria-hidden": "true" }),
        make("b", {}, title), title === cls ? null : make("span", {}, cls), parameters === "" ? null : make("small", {}, parameters),
      ),
    );
    this.rows.set(call, row);
    this.unfold(row, call, open);
    return row;
  }

  /**
   * Show on a row whether its module is open, and list what is in it then.
   *
   * @param {HTMLElement} row
   * @param {number} call
   * @param {boolean[]} open
   */
  unfold(row, call, open) {
    const { model, folding, store } = this.page;
    if (call > 0 && !folding.canOpen(store.state, call)) return;
    const isOpen = call === 0 || open[call];
    row.setAttribute("aria-expanded", String(isOpen));
    /** @type {Element} */ (row.querySelector(".mark")).textContent = isOpen ? "▾" : "▸";
    if (!isOpen || this.rows.size >= MOST) return;
    const before = this.rows.size;
    const level = Number(row.getAttribute("aria-level")) + 1;
    const inside = model.childrenOf[call].map((child) => this.item(child, level, open));
    if (inside.length > 0) row.append(make("ul", { role: "group", style: `--rows: ${this.rows.size - before}` }, ...inside));
  }

  /** @param {State} state */
  follow({ selected }) {
    const { model, map } = this.page;
    const [kind, at] = nameOf(model.has(selected) ? seenId(map.picture, model.payload, selected) : "");
    const call = kind === "call" ? at : kind === "op" ? model.payload.ops[at].call : -1;
    const shown = this.rows.has(call) ? call : 0;
    if (shown === this.chosen) return;
    this.mark(this.chosen, false);
    this.mark(shown, call === shown);
    this.rows.get(shown)?.setAttribute("tabindex", "0");
    this.chosen = shown;
    // before the next frame, for which all is laid out once, and not for this alone
    requestAnimationFrame(() => this.rows.get(call)?.firstElementChild?.scrollIntoView({ block: "nearest" }));
  }

  /**
   * @param {number} call
   * @param {boolean} isSelected
   */
  mark(call, isSelected) {
    this.rows.get(call)?.setAttribute("aria-selected", String(isSelected));
    this.rows.get(call)?.setAttribute("tabindex", "-1");
  }

  /** @param {number} call */
  choose(call) {
    this.page.store.change(select, `call-${call}`);
    bringBack(this.page, `call-${call}`);
    this.rows.get(call)?.focus();
  }

  /**
   * A click on the mark of a row opens or closes its module, one beside it chooses the module.
   *
   * @param {MouseEvent} event
   */
  click({ target }) {
    const part = /** @type {Element} */ (target);
    if (part.closest(".row") === null) return;
    const call = callOf(part.closest("li"));
    if (part.matches(".mark")) this.turn(call);
    else this.choose(call);
  }

  /** @param {number} call */
  turn(call) {
    const { folding, store } = this.page;
    if (call > 0 && folding.canOpen(store.state, call)) store.change(turn, call);
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const call = callOf(/** @type {Element} */ (event.target));
    const row = this.rows.get(call);
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const isOpen = row.getAttribute("aria-expanded") === "true";
    const calls = [...this.rows.keys()].sort((a, b) => a - b); // as they run, which is as they are listed
    const place = calls.indexOf(call);
    const go = (/** @type {number | undefined} */ to) => this.rows.get(to ?? -1)?.focus();
    if (event.key === "ArrowDown") go(calls[place + 1]);
    else if (event.key === "ArrowUp") go(calls[place - 1]);
    else if (event.key === "Home") go(calls[0]);
    else if (event.key === "End") go(calls.at(-1));
    else if (event.key === "ArrowRight") isOpen ? go(calls[place + 1]) : this.turn(call);
    else if (event.key === "ArrowLeft") isOpen && call > 0 ? this.turn(call) : go(this.page.model.payload.calls[call].parent);
    else if (event.key === "Enter") this.choose(call);
    else if (event.key === " ") this.turn(call);
    else return;
    event.preventDefault();
  }
}

/**
 * The call that a row is of; -1 for what is no row.
 *
 * @param {Element | null} row
 */
function callOf(row) {
  return Number(row?.getAttribute("data-call") ?? -1);
}
