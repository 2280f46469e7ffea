/**
 * Numbers as words, by the rules of text.py: a page shows sums, scales and pixels that Python never saw.
 *
 * tests/unit/test_facts.py holds both to the same words.
 */

const PREFIXES = ["", "k", "M", "G", "T", "P", "E"];
const BINARY_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
const SPANS = /** @type {const} */ ([[1, "s"], [1e-3, "ms"], [1e-6, "µs"], [1e-9, "ns"]]);

/**
 * A number with so many significant digits; a tie goes to the even digit, as in Python.
 *
 * @param {number} value
 * @param {number} [digits]
 */
export function significant(value, digits = 3) {
  if (value === 0 || !Number.isFinite(value)) return value;
  const [mantissa, exponent] = Math.abs(value).toExponential(100).split("e");
  const all = mantissa.replace(".", "");
  const isEvenTie = /^50*$/.test(all.slice(digits)) && Number(all[digits - 1]) % 2 === 0;
  const size = isEvenTie ? Number(`${all[0]}.${all.slice(1, digits)}e${exponent}`) : Number(Math.abs(value).toPrecision(digits));
  return value < 0 ? -size : size;
}

/**
 * A count with three significant digits and an SI prefix: `11.7M`, `1.82 GFLOP`.
 *
 * @param {number} value
 * @param {string} [unit]
 */
export function quantity(value, unit = "") {
  let [size, step] = [value, 0];
  while (Math.abs(size) >= 999.5 && step < PREFIXES.length - 1) [size, step] = [size / 1000, step + 1];
  const number = String(step === 0 ? Math.round(size) : significant(size));
  return unit === "" ? `${number}${PREFIXES[step]}` : `${number} ${PREFIXES[step]}${unit}`;
}

/**
 * A number of parameters, billions with a B: `6.74B`.
 *
 * @param {number} count
 */
export function parameters(count) {
  return quantity(count).replace("G", "B");
}

/**
 * Bytes in binary units: `44.6 MiB`.
 *
 * @param {number} count
 */
export function binarySize(count) {
  let [size, step] = [count, 0];
  while (Math.abs(size) >= 1023.5 && step < BINARY_UNITS.length - 1) [size, step] = [size / 1024, step + 1];
  return `${step === 0 ? Math.round(size) : significant(size)} ${BINARY_UNITS[step]}`;
}

/**
 * A measured value with three significant digits: `0.0123`, `−1.5`, `12,300`, `1.23e−7`; `nan` where there is none.
 *
 * @param {number | null} value
 */
export function number(value) {
  if (value === null || Number.isNaN(value)) return "nan";
  const size = significant(value);
  const high = Math.abs(size);
  if (size === 0) return "0";
  if (!Number.isFinite(size)) return size > 0 ? "inf" : "−inf";
  if (high >= 1000 && high < 1e6) return whole(size);
  const [mantissa, exponent] = size.toExponential(2).split("e").map(Number);
  const words = high >= 1e-3 && high < 1e6 ? String(size) : `${mantissa}e${exponent}`;
  return words.replaceAll("-", "−");
}

/**
 * All digits of a whole number, in groups of three: `11,689,512`.
 *
 * @param {number} count
 */
export function whole(count) {
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, ",").replace("-", "−");
}

/**
 * A part of a whole in percent; only none at all is 0%, and only all of it 100%.
 *
 * @param {number | null} value
 */
export function share(value) {
  if (value === null || Number.isNaN(value)) return "nan";
  if (value > 0 && value < 0.005) return "<1%";
  const [percent, rounded] = [value * 100, Math.round(value * 100)];
  const isEvenTie = rounded - percent === 0.5 && rounded % 2 !== 0;
  return value >= 0.995 && value < 1 ? ">99%" : `${isEvenTie ? rounded - 1 : rounded}%`;
}

/**
 * A time span with three significant digits: `1.42 s`, `310 µs`.
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  const [size, unit] = SPANS.find(([step]) => Math.abs(seconds) >= step) ?? [1e-9, "ns"];
  return `${significant(seconds / size)} ${unit}`;
}
