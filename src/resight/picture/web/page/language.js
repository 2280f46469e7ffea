/**
 * The language of the page: the reader's choice, or the browser's.
 *
 * @import {Words} from "./words_en.js"
 */
import { ENGLISH } from "./words_en.js";
import { CHINESE } from "./words_zh.js";

/**
 * @param {string} chosen     `en`, `zh`, or `""` for the first of the browser's that the page speaks
 * @param {readonly string[]} preferred  the browser's, as `zh-CN`
 * @returns {Words}
 */
export function wordsIn(chosen, preferred) {
  const tags = chosen === "" ? preferred : [chosen];
  const known = tags.map((tag) => [ENGLISH, CHINESE].find(({ tag: own }) => tag.toLowerCase().split("-")[0] === own));
  return known.find((words) => words !== undefined) ?? ENGLISH;
}
