/**
 * Colours by numbers: where a number lies on a scale, and the colour of that place. Pictures and the page share it.
 */

/**
 * @typedef {[number, number, number]} Rgb
 */

/**
 * From so many times the least positive number on, numbers are told apart by magnitude: on an even scale all of the
 * lowest decade, from 1 to 10 of 1 to 30, would have less than a third of the ramp.
 */
const FAR_APART = 30;

/**
 * @param {string} colour  `#rrggbb`
 * @returns {Rgb}
 */
export function rgbOf(colour) {
  const value = parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * The colour at a share of the way along evenly spaced ones.
 *
 * @param {string[]} colours
 * @param {number} share  0 to 1; beyond, the ends
 * @returns {Rgb}
 */
export function mixed(colours, share) {
  const at = Math.min(Math.max(share, 0), 1) * (colours.length - 1);
  const first = Math.floor(at);
  const [a, b] = [rgbOf(colours[first]), rgbOf(colours[first + 1] ?? colours[first])];
  const between = (/** @type {number} */ i) => Math.round(a[i] + (b[i] - a[i]) * (at - first));
  return [between(0), between(1), between(2)];
}

/** @param {Rgb} colour */
export function hexOf([r, g, b]) {
  return `#${((r << 16) | (g << 8) | b).toString(16).padStart(6, "0")}`;
}

/**
 * The scale that suits numbers: by magnitude where they lie far apart.
 *
 * @param {number[]} values
 * @returns {"even" | "log"}
 */
export function spreadOf(values) {
  let [low, high] = [Infinity, 0];
  for (const value of values) {
    if (value > 0) low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high / low >= FAR_APART ? "log" : "even";
}

/** How numbers are spread over a ramp: from the least of them to the greatest. */
export class Scale {
  /**
   * @param {"even" | "log" | "signed"} kind  evenly; by magnitude, where what is not above 0 has no place; around 0
   * @param {Iterable<number | null>} values
   */
  constructor(kind, values) {
    this.kind = kind;
    this.low = Infinity;
    this.high = -Infinity;
    for (const value of values) {
      if (value === null || (kind === "log" && value <= 0)) continue;
      this.low = Math.min(this.low, value);
      this.high = Math.max(this.high, value);
    }
    if (kind !== "signed" || this.isEmpty) return;
    this.high = Math.max(Math.abs(this.low), Math.abs(this.high));
    this.low = -this.high;
  }

  /** Whether there is nothing to show. */
  get isEmpty() {
    return this.low > this.high;
  }

  /**
   * Where a number lies, 0 to 1, or null where it has no place. Where all are the same, that is the greatest.
   *
   * @param {number | null} value
   */
  shareOf(value) {
    if (value === null || this.isEmpty || (this.kind === "log" && value <= 0)) return null;
    const on = this.kind === "log" ? Math.log : (/** @type {number} */ x) => x;
    const [low, high] = [on(this.low), on(this.high)];
    if (high === low) return this.kind === "signed" ? 0.5 : this.high > 0 ? 1 : 0;
    return (on(value) - low) / (high - low);
  }

  /**
   * The number at a share of the way: the inverse of `shareOf`.
   *
   * @param {number} share
   */
  valueAt(share) {
    if (this.kind === "log") return this.low * (this.high / this.low) ** share;
    return this.low + (this.high - this.low) * share;
  }
}
