/**
 * The state as the end of an address, so that a view can be sent: `#d=2&o=1f.2c&s=op-12&at=512,2048,1.5`.
 *
 * What does not read as it should is left out, so that a damaged address still opens the page.
 *
 * @import {Camera, State} from "./state.js"
 */
import { START } from "./state.js";

/** Words of a state that may stand in an address: key, field, and what they must look like. */
const WORDS = /** @type {const} */ ([
  ["s", "selected", /^(?:op|call|skip|out|in|leave)-\d{1,9}$/],
  ["c", "colour", /^[a-z]{1,20}$/],
  ["t", "theme", /^(?:light|dark)$/],
  ["l", "language", /^(?:en|zh)$/],
]);

/** Largest number an address may hold: calls, ops and places are far below. */
const MOST = 1e9;

/**
 * @param {State} state
 * @returns {string}  `""` for the state a page starts with
 */
export function toHash(state) {
  const parts = [];
  if (state.depth !== null) parts.push(`d=${state.depth}`);
  if (state.turned.length > 0) parts.push(`o=${state.turned.map((call) => call.toString(36)).join(".")}`);
  for (const [key, field] of WORDS) if (state[field] !== START[field]) parts.push(`${key}=${state[field]}`);
  if (state.step >= 0) parts.push(`n=${state.step}`);
  if (state.camera !== null) parts.push(`at=${cameraWords(state.camera)}`);
  return parts.length === 0 ? "" : `#${parts.join("&")}`;
}

/**
 * @param {Camera} camera
 */
function cameraWords({ x, y, zoom }) {
  return [Math.round(x), Math.round(y), Number(zoom.toPrecision(4))].join(",");
}

/**
 * @param {string} hash
 * @returns {State}
 */
export function fromHash(hash) {
  const said = new Map(hash.replace(/^#/, "").split("&").map((part) => /** @type {[string, string]} */ (part.split("=", 2))));
  const word = (/** @type {string} */ key) => said.get(key) ?? "";
  /** @type {State} */
  const state = { ...START, turned: turnedIn(word("o")), camera: cameraIn(word("at")) };
  if (/^\d{1,4}$/.test(word("d"))) state.depth = Number(word("d"));
  if (/^\d{1,9}$/.test(word("n"))) state.step = Number(word("n"));
  for (const [key, field, form] of WORDS) if (form.test(word(key))) state[field] = word(key);
  return state;
}

/**
 * @param {string} words
 */
function turnedIn(words) {
  const calls = words.split(".").filter((part) => /^[0-9a-z]{1,6}$/.test(part)).map((part) => parseInt(part, 36));
  return [...new Set(calls)].filter((call) => call < MOST);
}

/**
 * @param {string} words
 * @returns {Camera | null}
 */
function cameraIn(words) {
  const numbers = words.split(",").map(Number);
  const [x, y, zoom] = numbers;
  const isPlace = words !== "" && numbers.length === 3 && numbers.every((n) => Math.abs(n) < MOST) && zoom > 0;
  return isPlace ? { x, y, zoom } : null;
}
