/**
 * Feature maps in the panel: a grid of them, and one enlarged with its scale and the value under the pointer.
 *
 * @import {MapFacts} from "./facts.js"
 * @import {Words} from "./words_en.js"
 */
import { MAPS } from "../palette.js";
import { make } from "./dom.js";
import { number } from "./numbers.js";
import { endsOf, paintedChannel, unpack, valueAt } from "./pixels.js";

/** Least height of a map that is but a row, in its own pixels. */
const THICK = 8;

/** How maps are coloured now; kept while the page is open, whatever is selected. */
const look = { colours: "viridis", together: false };

/**
 * The feature maps of a value with the choice of colours.
 *
 * @param {MapFacts} facts
 * @param {Words} words
 */
export function featureMaps(facts, words) {
  const caption = facts.layout === "tokens" ? words.tokens : facts.layout === "vector" ? words.vector : words.channels(facts.low.length, facts.channels);
  const isCut = facts.low.length < facts.recorded;
  const canvases = facts.low.map(() => canvasOf(facts));
  const [columns, isWide] = [facts.low.length === 1 ? 1 : 4, facts.low.length === 1];
  const grid = make("div", { class: "maps", style: `--columns: ${columns}` }, ...canvases.map((canvas, i) => {
    const one = make("button", { class: isWide ? "wide" : "", "aria-label": words.enlarge(i), title: words.enlarge(i), onclick: () => enlarge(facts, i, words) }, canvas);
    return one;
  }));
  const paintAll = async () => {
    const bytes = await unpack(facts);
    canvases.forEach((canvas, i) => paint(canvas, facts, bytes, i));
  };
  paintAll();
  return make("div", {}, choices(words, facts.low.length > 1, paintAll), grid, make("p", { class: "note" }, isCut ? `${caption}; ${words.cut(facts.recorded)}` : caption));
}

/** @param {MapFacts} facts */
function canvasOf({ width, height }) {
  return make("canvas", { width, height, style: `aspect-ratio: ${width} / ${Math.max(height, THICK)}` });
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {MapFacts} facts
 * @param {Uint8Array} bytes
 * @param {number} channel
 */
function paint(canvas, facts, bytes, channel) {
  const pixels = new ImageData(paintedChannel(facts, bytes, channel, look), facts.width, facts.height);
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
}

/**
 * @param {Words} words
 * @param {boolean} areMany
 * @param {() => void} repaint
 */
function choices(words, areMany, repaint) {
  const named = /** @type {Record<string, string>} */ (words.colourMaps);
  const colours = make("select", { "aria-label": words.colours, onchange: () => {
    look.colours = colours.value;
    repaint();
  } }, ...Object.keys(MAPS).map((name) => make("option", { value: name, selected: name === look.colours }, named[name])));
  const together = make("input", { type: "checkbox", checked: look.together, onchange: () => {
    look.together = together.checked;
    repaint();
  } });
  return make("div", { class: "choices" }, colours, areMany ? make("label", {}, together, words.together) : null);
}

/**
 * One map as large as fits, in a dialog: arrows go to its neighbours.
 *
 * @param {MapFacts} facts
 * @param {number} first
 * @param {Words} words
 */
async function enlarge(facts, first, words) {
  const bytes = await unpack(facts);
  let at = first;
  const canvas = canvasOf(facts);
  canvas.style.setProperty("--shape", String(facts.width / Math.max(facts.height, THICK)));
  const [title, under] = [make("b"), make("output")];
  const [low, high] = [make("span"), make("span")];
  const bar = make("i", { class: "scale", style: `background: linear-gradient(to right, ${MAPS[look.colours].join(", ")})` });
  const show = (/** @type {number} */ channel) => {
    at = (channel + facts.low.length) % facts.low.length;
    const [least, most] = endsOf(facts, at, look);
    paint(canvas, facts, bytes, at);
    title.textContent = facts.low.length > 1 ? words.channel(at) : facts.layout === "tokens" ? words.tokens : words.vector;
    [low.textContent, high.textContent, under.textContent] = [number(least), number(most), "\u00a0"];
  };
  canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => {
    const [column, row] = [Math.floor((offsetX / canvas.clientWidth) * facts.width), Math.floor((offsetY / canvas.clientHeight) * facts.height)];
    const byte = bytes[(at * facts.height + row) * facts.width + column];
    if (byte !== undefined) under.textContent = `[${row}, ${column}] ≈ ${number(valueAt(facts, at, byte))}`;
  });
  /** @type {HTMLDialogElement} */
  const dialog = make(
    "dialog", { class: "large", "aria-label": words.maps, onclose: () => dialog.remove(), onclick: (/** @type {Event} */ event) => event.target === dialog && dialog.close(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step !== undefined) show(at + step);
      } },
    make("header", {}, title, under, make("button", { class: "close", "aria-label": words.close, onclick: () => dialog.close() }, "×")),
    canvas, make("p", { class: "ends" }, low, bar, high),
  );
  document.body.append(dialog);
  show(first);
  dialog.showModal();
}
