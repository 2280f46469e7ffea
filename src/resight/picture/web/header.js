/**
 * Title and legend above a picture.
 *
 * @import {Folded} from "./fold.js"
 * @import {Payload, SkipArc, View} from "./schema.js"
 * @import {Item} from "./shapes.js"
 * @import {Theme} from "./theme.js"
 * @import {Legend} from "./warm.js"
 */
import { text } from "./boxes.js";
import { colourbarItems, colourbarWidth } from "./colourbar.js";
import { textWidth } from "./measure.js";
import * as space from "./spacing.js";
import { LOOKS, lookOf, skipName } from "./styles.js";
import { strokeOf } from "./theme.js";

const TITLE = 20;
const SMALL = 12;
/** Lines, gaps and samples of the legend, in pixels. */
const LINE = 22;
const SAMPLE = 30;
const SAMPLE_GAP = 7;
const ENTRY_GAP = 20;
/** A header is at least this wide, or as wide as its longest line if that is less. */
const LEAST = 420;

/**
 * @typedef {object} Header
 * @property {Item[]} items
 * @property {number} width   the least the picture must have
 * @property {number} height
 */

/**
 * @typedef {object} Entry
 * @property {string} words
 * @property {string} look   `""` for words alone
 * @property {boolean} weak
 * @property {number} width
 */

/**
 * @param {Payload} payload
 * @param {View} view
 * @param {Folded} folded
 * @param {Theme} theme
 * @param {number} sceneWidth
 * @returns {Header}
 */
export function drawHeader(payload, view, folded, theme, sceneWidth) {
  if (!view.header) return { items: [], width: 0, height: 0 };
  const entries = legendOf(payload.skips.filter((_, s) => isSeen(folded, s)), payload.failure !== "");
  const title = view.only === "" ? payload.title : `${view.only} of ${payload.title}`;
  const width = Math.max(sceneWidth, Math.min(naturalWidth(payload, title, entries, folded.legend), LEAST + 2 * space.MARGIN));
  const room = width - 2 * space.MARGIN;
  const x = space.MARGIN;
  const items = text(x, space.MARGIN + TITLE - 4, title, TITLE, 600, theme.ink, "start", room);
  let y = space.MARGIN + TITLE - 4;
  const write = (/** @type {string} */ words, /** @type {string} */ colour) => {
    for (const line of brokenWords(words, room)) {
      y += LINE - 2;
      items.push(...text(x, y, line, SMALL, 400, colour, "start", room));
    }
  };
  write(subtitleOf(payload, view), theme.muted);
  write(payload.failure, theme.alarm);
  write(payload.unseen, theme.ink);
  y += LINE + 2;
  for (const line of breakLines(entries, room)) {
    let at = x;
    for (const entry of line) {
      items.push(...entryItems(entry, at, y, theme, room));
      at += entry.width + ENTRY_GAP;
    }
    y += LINE;
  }
  if (folded.legend !== undefined) {
    items.push(...colourbarItems(folded.legend, x, y, theme, room));
    for (const line of folded.legend.lines) write(line, theme.muted);
    y += LINE;
  }
  return { items, width, height: y - space.MARGIN + 4 };
}

/**
 * What stands under the title; of a part of the network only what is its own.
 *
 * @param {Payload} payload
 * @param {View} view
 */
function subtitleOf({ subtitle, calls }, { only }) {
  const part = only === "" ? undefined : calls.find((call) => call.path === only);
  if (part === undefined) return subtitle;
  return part.parameters === "" ? part.cls : `${part.cls} · ${part.parameters} parameters`;
}

/**
 * Words in as many lines as they need.
 *
 * @param {string} words
 * @param {number} room
 */
function brokenWords(words, room) {
  /** @type {string[]} */
  const lines = [];
  for (const word of words.split(" ").filter((part) => part !== "")) {
    const longer = lines.length === 0 ? "" : `${lines[lines.length - 1]} ${word}`;
    if (longer !== "" && textWidth(longer, SMALL, 400) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/**
 * @param {Folded} folded
 * @param {number} skip
 */
function isSeen({ skips }, skip) {
  return skips[skip].node !== "" || skips[skip].edges.length > 0;
}

/**
 * How many skips there are in all, then each name with its number, in the order of `LOOKS`; weak ones apart.
 *
 * @param {SkipArc[]} skips
 * @param {boolean} stopped  the forward raised
 * @returns {Entry[]}
 */
function legendOf(skips, stopped) {
  const counted = skips.filter((skip) => !skip.weak);
  const none = stopped ? "no residual connections until the forward stopped" : "no residual connections";
  const total = counted.length === 0 ? none : `${counted.length} skip${counted.length === 1 ? "" : "s"}`;
  return [
    newEntry(total, "", false),
    ...namesIn(counted).map(([words, look, count]) => newEntry(`${words} ${count}`, look, false)),
    ...namesIn(skips.filter((skip) => skip.weak)).map(([words, look, count]) => newEntry(`${words}, nothing learned beside it ${count}`, look, true)),
  ];
}

/**
 * Per name of skips, in the order of looks: it, its look and how many have it.
 *
 * @param {SkipArc[]} skips
 * @returns {[string, string, number][]}
 */
function namesIn(skips) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const skip of skips) counts.set(skipName(skip), (counts.get(skipName(skip)) ?? 0) + 1);
  return LOOKS.flatMap((look) => {
    const names = new Set(skips.filter((skip) => lookOf(skip) === look).map(skipName));
    return [...names].map((name) => /** @type {[string, string, number]} */ ([name, look, counts.get(name)]));
  });
}

/**
 * @param {string} words
 * @param {string} look
 * @param {boolean} weak
 * @returns {Entry}
 */
function newEntry(words, look, weak) {
  const width = textWidth(words, SMALL, weightOf(look)) + (look === "" ? 0 : SAMPLE + SAMPLE_GAP);
  return { words, look, weak, width };
}

/**
 * @param {string} look
 * @returns {400 | 600}
 */
function weightOf(look) {
  return look === "" ? 600 : 400;
}

/**
 * @param {Payload} payload
 * @param {string} title
 * @param {Entry[]} entries
 * @param {Legend | undefined} coloured
 */
function naturalWidth({ subtitle, failure }, title, entries, coloured) {
  const legend = entries.reduce((sum, entry) => sum + entry.width + ENTRY_GAP, -ENTRY_GAP);
  const words = [textWidth(title, TITLE, 600), textWidth(subtitle, SMALL, 400), textWidth(failure, SMALL, 400)];
  if (coloured !== undefined) words.push(colourbarWidth(coloured), ...coloured.lines.map((line) => textWidth(line, SMALL, 400)));
  return Math.max(legend, ...words) + 2 * space.MARGIN;
}

/**
 * @param {Entry[]} entries
 * @param {number} room
 */
function breakLines(entries, room) {
  /** @type {Entry[][]} */
  const lines = [[]];
  let used = 0;
  for (const entry of entries) {
    if (used > 0 && used + entry.width > room) {
      lines.push([]);
      used = 0;
    }
    lines[lines.length - 1].push(entry);
    used += entry.width + ENTRY_GAP;
  }
  return lines;
}

/**
 * @param {Entry} entry
 * @param {number} x
 * @param {number} y
 * @param {Theme} theme
 * @param {number} room
 * @returns {Item[]}
 */
function entryItems({ words, look, weak }, x, y, theme, room) {
  if (look === "") return text(x, y, words, SMALL, 600, theme.ink, "start", room);
  const { line, dash } = strokeOf(look, weak);
  /** @type {Item} */
  const sample = { t: "path", d: [["M", x, y - 4], ["L", x + SAMPLE, y - 4]], stroke: theme.skips[look], line, cap: "butt" };
  if (dash.length > 0) sample.dash = dash;
  const at = x + SAMPLE + SAMPLE_GAP;
  return [sample, ...text(at, y, words, SMALL, weightOf(look), theme.muted, "start", room - SAMPLE - SAMPLE_GAP)];
}
