/**
 * The search field: a combobox with the hits below it; a hit chosen is opened, selected and brought into view.
 *
 * @import {Hit} from "./find.js"
 * @import {Page} from "./page.js"
 * @import {Words} from "./words_en.js"
 */
import { make } from "./dom.js";
import { Finder } from "./find.js";
import { reveal } from "./reveal.js";
import { watch } from "./watch.js";

/** So many hits are listed; of the others only their number is told. */
const MOST = 60;

/** @param {Page} page */
export function mountSearch(page) {
  new Search(page);
}

class Search {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    this.finder = new Finder(page.model.payload);
    /** @type {Hit[]} */
    this.hits = [];
    this.at = 0;
    this.words = /** @type {Words | null} */ (null);
    this.input = make("input", {
      type: "search", role: "combobox", "aria-expanded": "false", "aria-controls": "hits", "aria-autocomplete": "list", autocomplete: "off",
      spellcheck: "false", oninput: () => this.ask(), onfocus: () => this.ask(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.press(event),
      onblur: () => this.close(),
    });
    this.count = make("p", { class: "count", "aria-live": "polite" });
    this.list = make("ul", { id: "hits", role: "listbox" });
    this.sheet = make("div", { class: "sheet", hidden: true, onpointerdown: (/** @type {Event} */ event) => event.preventDefault() }, this.count, this.list);
    page.part("search").append(this.input, make("kbd", { "aria-hidden": "true" }, "/"), this.sheet);
    watch(page, [], (words) => {
      this.words = words;
      this.input.placeholder = words.search;
      this.input.setAttribute("aria-label", words.search);
    });
  }

  ask() {
    const { hits, count } = this.finder.find(this.input.value, MOST);
    this.hits = hits;
    this.at = 0;
    this.list.replaceChildren(...hits.map((hit, i) => this.row(hit, i)));
    const rest = count > hits.length ? ` · ${this.words?.more(count - hits.length)}` : "";
    this.count.textContent = `${this.words?.hits(count)}${rest}`;
    this.show(this.input.value.trim() !== "");
    this.mark();
  }

  /**
   * @param {Hit} hit
   * @param {number} i
   */
  row({ id, title, detail, path }, i) {
    return make(
      "li", { id: `hit-${i}`, role: "option", class: id.split("-")[0], onclick: () => this.choose(i) },
      make("b", {}, title), " ", make("span", {}, detail), make("small", {}, path),
    );
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const steps = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 });
    if (event.key in steps && this.hits.length > 0) {
      this.at = (this.at + steps[event.key] + this.hits.length) % this.hits.length;
      this.mark();
    } else if (event.key === "Enter") this.choose(this.at);
    else if (event.key === "Escape") this.leave();
    else return;
    event.preventDefault();
  }

  /** Mark the hit that Enter chooses. */
  mark() {
    [...this.list.children].forEach((row, i) => row.setAttribute("aria-selected", String(i === this.at)));
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", this.hits.length > 0 ? `hit-${this.at}` : "");
  }

  /** @param {number} i */
  choose(i) {
    if (this.hits[i] === undefined) return;
    this.show(false);
    reveal(this.page, this.hits[i].id);
  }

  close() {
    this.show(false);
  }

  /** Empty the field and go back to the map. */
  leave() {
    this.input.value = "";
    this.show(false);
    this.page.part("canvas").focus();
  }

  /** @param {boolean} isOpen */
  show(isOpen) {
    this.sheet.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
  }
}
