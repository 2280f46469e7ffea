/**
 * Histograms of values, and the row of numbers below them.
 *
 * @import {ValueFacts} from "./facts.js"
 * @import {Words} from "./words_en.js"
 */
import { draw, make } from "./dom.js";
import { number, quantity, share, whole } from "./numbers.js";

/** Size of a histogram in its own units; it fills the panel's width. */
const [WIDTH, HEIGHT] = [256, 64];
/** A bin that is not empty is at least this share of the height: one outlier can be seen. */
const LEAST = 0.03;

/**
 * Where the bars of a histogram stand: heights go by the square root of the count, so that what lies beside the zeros
 * after a ReLU can be seen.
 *
 * @param {number[]} counts
 * @returns {{x: number, width: number, height: number}[]}  in shares of the chart
 */
export function barsOf(counts) {
  const most = Math.max(...counts, 1);
  const width = 1 / Math.max(counts.length, 1);
  return counts.map((count, i) => ({ x: i * width, width, height: count === 0 ? 0 : Math.max(Math.sqrt(count / most), LEAST) }));
}

/**
 * A histogram; each bin says its range and count.
 *
 * @param {ValueFacts} facts
 * @param {Words} words
 */
export function histogram({ start, width, counts }, words) {
  const edge = (/** @type {number} */ i) => number(start + i * width);
  const bars = barsOf(counts).map((bar, i) =>
    draw(
      "g", {},
      draw("rect", { class: "room", x: bar.x * WIDTH, width: bar.width * WIDTH, height: HEIGHT }),
      draw("rect", { class: "bar", x: bar.x * WIDTH, y: (1 - bar.height) * HEIGHT, width: Math.max(bar.width * WIDTH - 0.5, 0.5), height: bar.height * HEIGHT }),
      draw("title", {}, words.bin(edge(i), edge(i + 1), whole(counts[i]))),
    ),
  );
  const zero = -start / (width * counts.length);
  const tick = zero > 0 && zero < 1 ? draw("path", { class: "zero", d: `M${zero * WIDTH} 0v${HEIGHT}` }) : null;
  const [low, high] = [edge(0), edge(counts.length)];
  return make(
    "figure", { class: "histogram" },
    draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": words.histogram(low, high) }, ...bars, tick),
    make("figcaption", {}, make("span", {}, low), tick === null ? null : make("span", { style: `left: ${zero * 100}%`, class: "at" }, zero > 0.12 && zero < 0.88 ? "0" : ""), make("span", {}, high)),
  );
}

/**
 * The numbers of a value, with a warning colour where some are not finite.
 *
 * @param {ValueFacts} facts
 * @param {Words} words
 */
export function statistics(facts, words) {
  const { mean, std, rms, min, max, zeros, count, nonfinite } = words.statistics;
  const cell = (/** @type {string} */ name, /** @type {string} */ value, /** @type {string} */ kind = "") =>
    make("div", { class: kind }, make("dt", {}, name), make("dd", {}, value));
  return make(
    "dl", { class: "statistics" },
    cell(mean, number(facts.mean)), cell(std, number(facts.std)), cell(rms, number(facts.rms)),
    cell(min, number(facts.min)), cell(max, number(facts.max)), cell(zeros, share(facts.zeros)),
    cell(count, quantity(facts.count)), facts.nonfinite > 0 ? cell(nonfinite, whole(facts.nonfinite), "alarm") : null,
  );
}
