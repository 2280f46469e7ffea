/**
 * The player: walks the forward pass over what the map shows. Each step is selected, so the panel shows its values.
 *
 * @import {Page} from "./page.js"
 * @import {Words} from "./words_en.js"
 */
import { draw, make } from "./dom.js";
import { Flow } from "./flow.js";
import { bringBack } from "./reveal.js";
import { goTo, play, select } from "./state.js";
import { Steps } from "./steps.js";
import { watch } from "./watch.js";

/** Time of a step at speed 1, in milliseconds, and the speeds to choose from. */
const STEP = 800;
const SPEEDS = [0.5, 1, 2, 4, 8];

/** What the buttons show, as paths in a box of 16 by 16. */
const ICONS = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  next: "M4 3l6 5-6 5zM11 3h2v10h-2z",
  previous: "M12 3L6 8l6 5zM3 3h2v10H3z",
  stop: "M4 4h8v8H4z",
};

/** @param {Page} page */
export function mountPlayer(page) {
  new Player(page);
}

class Player {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    this.steps = new Steps(page.map.picture, page.model);
    this.speed = 1;
    this.timer = setTimeout(() => {}, 0);
    const button = (/** @type {keyof typeof ICONS} */ icon, /** @type {() => void} */ act) => make("button", { class: icon, onclick: act }, iconOf(icon));
    this.previous = button("previous", () => this.move(-1));
    this.play = button("play", () => this.toggle());
    this.next = button("next", () => this.move(1));
    this.stop = button("stop", () => this.leave());
    this.scrub = make("input", { type: "range", min: 0, step: 1, oninput: () => this.scrubTo(Number(this.scrub.value)) });
    this.title = make("output", { "aria-live": "off" });
    this.rate = make("select", { onchange: () => (this.speed = Number(this.rate.value)) }, ...SPEEDS.map((speed) => make("option", { value: speed, selected: speed === 1 }, `${speed}×`)));
    page.part("player").hidden = this.steps.count === 0;
    page.part("player").append(this.previous, this.play, this.next, this.scrub, this.title, this.rate, this.stop);
    new Flow(page);
    watch(page, ["depth", "turned"], () => (this.steps = new Steps(page.map.picture, page.model)));
    watch(page, ["depth", "turned", "step"], (words, { step }) => this.show(words, step));
    watch(page, ["playing"], (words, { playing }) => {
      this.label(words, playing);
      this.run(playing);
    });
  }

  /**
   * @param {Words} words
   * @param {boolean} playing
   */
  label(words, playing) {
    for (const [button, label] of /** @type {const} */ ([
      [this.previous, words.previous], [this.play, playing ? words.pause : words.play], [this.next, words.next], [this.stop, words.stop],
    ])) {
      button.setAttribute("aria-label", label);
      button.title = label;
    }
    this.play.replaceChildren(iconOf(playing ? "pause" : "play"));
    this.scrub.setAttribute("aria-label", words.scrub);
    this.rate.setAttribute("aria-label", words.speed);
  }

  /**
   * @param {Words} words
   * @param {number} step
   */
  show(words, step) {
    const place = this.steps.placeOf(step);
    this.scrub.max = String(this.steps.count - 1);
    this.scrub.value = String(Math.max(place, 0));
    this.scrub.style.setProperty("--done", `${(100 * Math.max(place, 0)) / Math.max(this.steps.count - 1, 1)}%`);
    this.title.textContent = place < 0 ? "" : words.step(place + 1, this.steps.count);
    this.scrub.setAttribute("aria-valuetext", this.title.textContent);
    this.previous.disabled = place <= 0;
    this.stop.disabled = place < 0;
    this.next.disabled = place >= this.steps.count - 1;
  }

  toggle() {
    const { store } = this.page;
    const isOver = this.steps.placeOf(store.state.step) >= this.steps.count - 1;
    if (!store.state.playing && (store.state.step < 0 || isOver)) this.scrubTo(0);
    store.change(play, !store.state.playing);
  }

  /**
   * Step after step while it plays.
   *
   * @param {boolean} playing
   */
  run(playing) {
    clearTimeout(this.timer);
    if (!playing) return;
    this.timer = setTimeout(() => {
      const place = this.steps.placeOf(this.page.store.state.step);
      if (place >= this.steps.count - 1) this.page.store.change(play, false);
      else {
        this.scrubTo(place + 1);
        this.run(true);
      }
    }, STEP / this.speed);
  }

  /** @param {number} by */
  move(by) {
    this.page.store.change(play, false);
    this.scrubTo(this.steps.placeOf(this.page.store.state.step) + by);
  }

  /** @param {number} place */
  scrubTo(place) {
    const { id, last } = this.steps.at(Math.min(Math.max(place, 0), this.steps.count - 1));
    this.page.store.change(goTo, last);
    this.page.store.change(select, id);
    bringBack(this.page, id);
  }

  leave() {
    this.page.store.change(play, false);
    this.page.store.change(goTo, -1);
  }
}

/** @param {keyof typeof ICONS} icon */
function iconOf(icon) {
  return draw("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, draw("path", { d: ICONS[icon] }));
}
