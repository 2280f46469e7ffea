/**
 * The overview of all skips: arcs from input to output over the modules they lie in, with what the map shows.
 *
 * @import {Picture} from "./folding.js"
 * @import {Page} from "./page.js"
 * @import {Arc} from "./skeleton.js"
 * @import {State} from "./state.js"
 */
import { DASHES, THEMES } from "../palette.js";
import { make, sharpen } from "./dom.js";
import { nameOf } from "./model.js";
import { reveal } from "./reveal.js";
import { arcsOf, barsOf, Line, nearestArc } from "./skeleton.js";
import { valueOf } from "./subject.js";
import { select } from "./state.js";
import { watch } from "./watch.js";

/** Height of the arcs' part, of a bar, and room around all, in pixels. */
const ARCS = 46;
const BAR = 5;
const ROOM = 12;
/** How near to an arc a click must be. */
const REACH = 7;

/** @param {Page} page */
export function mountStrip(page) {
  if (page.model.payload.skips.length > 0) new Strip(page);
}

class Strip {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    const { payload } = page.model;
    this.line = new Line(payload);
    this.arcs = arcsOf(payload, this.line);
    this.bars = barsOf(payload, this.line);
    this.levels = Math.max(...this.bars.map(({ level }) => level + 1), 1);
    this.height = ARCS + this.levels * (BAR + 1) + 2 * 8;
    this.canvas = make("canvas", {
      tabindex: 0, role: "img", style: `height: ${this.height}px`, onclick: (/** @type {MouseEvent} */ event) => this.click(event),
      onpointermove: (/** @type {MouseEvent} */ event) => this.point(event), onkeydown: (/** @type {KeyboardEvent} */ event) => this.press(event),
    });
    this.still = make("canvas");
    this.stillKey = "";
    this.frame = 0;
    page.part("strip").hidden = false;
    page.part("strip").append(this.canvas);
    new ResizeObserver(() => this.paint()).observe(this.canvas);
    watch(page, [], (words) => this.canvas.setAttribute("aria-label", `${words.strip} (${words.skips(payload.skips.length)})`));
    page.store.subscribe(() => this.ask());
    page.map.addOverlay(() => this.ask()); // the window it shades is known once the map is painted
  }

  ask() {
    this.frame ||= requestAnimationFrame(() => this.paint());
  }

  paint() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const width = this.canvas.clientWidth;
    const context = sharpen(this.canvas, width, this.height);
    const theme = THEMES[this.page.theme()];
    const { state } = this.page.store;
    const x = (/** @type {number} */ place) => ROOM + place * (width - 2 * ROOM);
    const lit = [state.hovered, state.selected].map((id) => nameOf(id)).filter(([kind]) => kind === "skip").map(([, at]) => at);
    this.paintWindow(context, x, theme.frames[2]);
    context.drawImage(this.stillPart(x, width, lit.length > 0 ? 0.35 : 0.9), 0, 0, width, this.height);
    for (const arc of this.arcs) if (lit.includes(arc.skip)) this.paintArc(context, x, arc, theme.skips[arc.look], 1, 3);
    this.paintPlace(context, x, state, theme.ink);
  }

  /**
   * Bars and arcs, which stay while the map moves: painted once, however many there are.
   *
   * @param {(place: number) => number} x
   * @param {number} width
   * @param {number} alpha  of the arcs
   */
  stillPart(x, width, alpha) {
    const name = this.page.theme();
    const key = [width, alpha, name, devicePixelRatio].join();
    if (key === this.stillKey) return this.still;
    this.stillKey = key;
    const theme = THEMES[name];
    const context = sharpen(this.still, width, this.height);
    this.paintBars(context, x, theme.groups.module);
    context.strokeStyle = theme.wire;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x(0), ARCS + 8);
    context.lineTo(x(1), ARCS + 8);
    context.stroke();
    for (const arc of this.arcs) this.paintArc(context, x, arc, theme.skips[arc.look], alpha, 1.6);
    return this.still;
  }

  /**
   * The part of the network that the map shows.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {(place: number) => number} x
   * @param {string} fill
   */
  paintWindow(context, x, fill) {
    const ops = this.opsInWindow();
    if (ops === null) return;
    context.fillStyle = fill;
    const [from, to] = [x(this.line.placeOf(ops[0])), x(this.line.placeOf(ops[1]))];
    context.beginPath();
    context.roundRect(from - 4, 2, Math.max(to - from, 2) + 8, this.height - 4, 6);
    context.fill();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {(place: number) => number} x
   * @param {{fill: string, line: string}} colours
   */
  paintBars(context, x, { fill, line }) {
    this.bars.forEach(({ level, from, to }) => {
      const width = Math.max(x(to) - x(from) - 1.5, 0.75);
      context.fillStyle = width < 3 ? line : fill;
      context.strokeStyle = line;
      context.beginPath();
      context.roundRect(x(from) + 0.75, ARCS + 11 + level * (BAR + 1), width, BAR, 2);
      context.fill();
      if (width >= 3) context.stroke();
    });
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {(place: number) => number} x
   * @param {Arc} arc
   * @param {string} colour
   * @param {number} alpha
   * @param {number} line
   */
  paintArc(context, x, { from, to, height, look, weak }, colour, alpha, line) {
    const half = (x(to) - x(from)) / 2;
    context.globalAlpha = alpha;
    context.strokeStyle = colour;
    context.lineWidth = weak ? 1 : line;
    context.setLineDash(DASHES[look].map((n) => n / 2));
    context.beginPath();
    context.ellipse(x(from) + half, ARCS + 8, Math.max(half, 0.5), Math.max(height * ARCS, 2), 0, Math.PI, 2 * Math.PI);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  /**
   * Where the player stands, or what is selected.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {(place: number) => number} x
   * @param {State} state
   * @param {string} colour
   */
  paintPlace(context, x, { step, selected }, colour) {
    const { model } = this.page;
    const [op] = step >= 0 ? [step] : model.has(selected) && nameOf(selected)[0] !== "skip" ? valueOf(model, selected) ?? [-1] : [-1];
    if (op < 0 || op >= model.payload.ops.length) return;
    context.fillStyle = colour;
    context.fillRect(x(this.line.placeOf(op)) - 0.75, 4, 1.5, this.height - 8);
  }

  /** @param {MouseEvent} event */
  skipAt({ offsetX, offsetY }) {
    const width = this.canvas.clientWidth - 2 * ROOM;
    return nearestArc(this.arcs, offsetX - ROOM, ARCS + 8 - offsetY, width, ARCS, REACH);
  }

  /**
   * A click on an arc shows the skip, one beside all arcs what runs there.
   *
   * @param {MouseEvent} event
   */
  click(event) {
    const skip = event.offsetY <= ARCS + 8 ? this.skipAt(event) : -1;
    if (skip >= 0) reveal(this.page, `skip-${skip}`);
    else reveal(this.page, this.idAt((event.offsetX - ROOM) / (this.canvas.clientWidth - 2 * ROOM), event.offsetY));
  }

  /**
   * The module whose bar lies at a place, or the op that runs there.
   *
   * @param {number} place
   * @param {number} y
   */
  idAt(place, y) {
    const level = Math.floor((y - ARCS - 11) / (BAR + 1));
    const bar = this.bars.filter((bar) => bar.from <= place && place <= bar.to && bar.level <= level).at(-1);
    return bar === undefined ? `op-${this.line.opAt(place)}` : `call-${bar.call}`;
  }

  /** @param {MouseEvent} event */
  point(event) {
    this.canvas.style.cursor = event.offsetY > ARCS + 8 || this.skipAt(event) >= 0 ? "pointer" : "default";
  }

  /**
   * Arrows go from skip to skip in the order they close, Enter shows the one selected.
   *
   * @param {KeyboardEvent} event
   */
  press(event) {
    const { store, model } = this.page;
    const steps = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowLeft: -1 });
    const [kind, at] = nameOf(store.state.selected);
    if (event.key in steps) {
      const count = model.payload.skips.length;
      const next = kind === "skip" ? Math.min(Math.max(at + steps[event.key], 0), count - 1) : steps[event.key] > 0 ? 0 : count - 1;
      reveal(this.page, `skip-${next}`);
    } else if (event.key === "Escape") store.change(select, "");
    else return;
    event.preventDefault();
  }

  /**
   * The first and last op of the boxes that the map shows, or null.
   *
   * @returns {[number, number] | null}
   */
  opsInWindow() {
    const { picture, seen } = this.page.map;
    const { firsts, lasts } = picture.census.spans;
    let [first, last] = [Infinity, -1];
    for (const { box } of seen.boxes) {
      const span = firsts[box.node] < 0 ? this.spanOf(picture, box.node) : [firsts[box.node], lasts[box.node]];
      [first, last] = [Math.min(first, span[0]), Math.max(last, span[1])];
    }
    return last < 0 ? null : [first, last];
  }

  /**
   * The ops of a box in which there are others, too small to be seen.
   *
   * @param {Picture} picture
   * @param {number} node
   * @returns {[number, number]}
   */
  spanOf({ folded }, node) {
    const [kind, at] = nameOf(folded.nodes[node]?.id ?? "");
    const span = kind === "call" ? this.page.model.spanOf(at) : [-1, -1];
    return span[0] < 0 ? [Infinity, -1] : [span[0], span[1]];
  }
}
