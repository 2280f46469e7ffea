/**
 * Finding modules, ops and skips by what they are called.
 *
 * @import {Payload} from "../schema.js"
 */
import { lookOf } from "../styles.js";
import { nameOf } from "./model.js";

/**
 * Something found. `detail` says what it is, `path` where.
 *
 * @typedef {object} Hit
 * @property {string} id
 * @property {string} title
 * @property {string} detail
 * @property {string} path
 */

/**
 * @typedef {object} Entry
 * @property {string} id
 * @property {string} name  what it is called, in small letters
 * @property {string} words all it can be found by, in small letters
 */

/** Ranks of a hit by its name, best first. */
const RANKS = [
  (/** @type {string} */ name, /** @type {string} */ word) => name === word,
  (/** @type {string} */ name, /** @type {string} */ word) => name.startsWith(word),
  (/** @type {string} */ name, /** @type {string} */ word) => name.includes(word),
];

/** All that can be found in a network. */
export class Finder {
  /** @param {Payload} payload */
  constructor(payload) {
    this.payload = payload;
    /** Made when first asked: modules, then skips, then ops. @type {Entry[] | null} */
    this.entries = null;
  }

  /**
   * What holds every word of a query, the best first: whose name begins with it, then in execution order.
   *
   * @param {string} query
   * @param {number} most
   * @returns {{hits: Hit[], count: number}}  `count` of all there are
   */
  find(query, most) {
    const asked = query.toLowerCase().split(/\s+/).filter((word) => word !== "");
    if (asked.length === 0) return { hits: [], count: 0 };
    this.entries ??= entriesOf(this.payload);
    /** @type {Entry[][]} */
    const found = [...RANKS, () => true].map(() => []);
    for (const entry of this.entries) {
      if (!asked.every((word) => entry.words.includes(word))) continue;
      const rank = RANKS.findIndex((fits) => fits(entry.name, asked[0]));
      found[rank < 0 ? RANKS.length : rank].push(entry);
    }
    const all = found.flat();
    return { hits: all.slice(0, most).map(({ id }) => hitOf(this.payload, id)), count: all.length };
  }
}

/**
 * @param {Payload} payload
 * @returns {Entry[]}
 */
function entriesOf({ calls, skips, ops }) {
  const entry = (/** @type {string} */ id, /** @type {string} */ name, /** @type {string[]} */ ...words) => ({
    id, name: name.toLowerCase(), words: [name, ...words].join("\n").toLowerCase(),
  });
  return [
    ...calls.map(({ title, path, cls }, c) => entry(`call-${c}`, title, path, cls)),
    ...skips.map((skip, s) => entry(`skip-${s}`, lookOf(skip), skip.kind, "skip shortcut", calls[skip.owner].path)),
    ...ops.map(({ title, name, detail, call }, i) => entry(`op-${i}`, title, name, detail, calls[call].path)),
  ];
}

/**
 * What a list says of a module, an op or a skip.
 *
 * @param {Payload} payload
 * @param {string} id
 * @returns {Hit}
 */
export function hitOf({ calls, skips, ops }, id) {
  const [kind, at] = nameOf(id);
  if (kind === "call") return { id, title: calls[at].title, detail: calls[at].cls, path: calls[at].path };
  if (kind === "skip") return { id, title: lookOf(skips[at]), detail: "skip", path: calls[skips[at].owner].path };
  return { id, title: ops[at].title, detail: ops[at].detail, path: calls[ops[at].call].path };
}
