/**
 * Colours between colours: from a number to a fill, and to the pixels of a feature map.
 */

/**
 * @typedef {[number, number, number]} Rgb
 */

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
  const first = Math.min(Math.floor(at), colours.length - 2);
  const [a, b] = [rgbOf(colours[first]), rgbOf(colours[first + 1])];
  const between = (/** @type {number} */ i) => Math.round(a[i] + (b[i] - a[i]) * (at - first));
  return [between(0), between(1), between(2)];
}

/** @param {Rgb} colour */
export function hexOf([r, g, b]) {
  return `#${((r << 16) | (g << 8) | b).toString(16).padStart(6, "0")}`;
}

/**
 * The colours of bytes 0 to 255, as 256 pixels of a canvas.
 *
 * @param {string[]} colours
 * @param {(byte: number) => number} shareOf
 * @returns {Uint8ClampedArray}
 */
export function pixelsOf(colours, shareOf) {
  const pixels = new Uint8ClampedArray(1024);
  for (let byte = 0; byte < 256; byte++) pixels.set([...mixed(colours, shareOf(byte)), 255], byte * 4);
  return pixels;
}

/** How numbers are spread over a ramp. */
export class Scale {
  /**
   * @param {"even" | "log" | "signed"} kind  evenly from 0; by magnitude, where what is not above 0 has no place; around 0
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
    if (this.high < this.low) return;
    if (kind === "even") this.low = Math.min(this.low, 0);
    if (kind === "signed") {
      this.high = Math.max(Math.abs(this.low), Math.abs(this.high));
      this.low = -this.high;
    }
  }

  /** Whether there is nothing to show. */
  get isEmpty() {
    return !(this.low <= this.high);
  }

  /**
   * Where a number lies, 0 to 1, or null where it has no place.
   *
   * @param {number | null} value
   */
  shareOf(value) {
    if (value === null || this.isEmpty || (this.kind === "log" && value <= 0)) return null;
    const on = this.kind === "log" ? Math.log : (/** @type {number} */ x) => x;
    const [low, high] = [on(this.low), on(this.high)];
    if (high === low) return this.kind === "signed" ? 0.5 : 1;
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
