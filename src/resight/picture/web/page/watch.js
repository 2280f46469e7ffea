/**
 * Views that redraw when some of the state changes, and what they say then.
 *
 * @import {Page} from "./page.js"
 * @import {State} from "./state.js"
 * @import {Words} from "./words_en.js"
 */
import { wordsIn } from "./language.js";

/**
 * Call `show` now, and whenever one of these fields or the language changes.
 *
 * @param {Page} page
 * @param {(keyof State)[]} fields
 * @param {(words: Words, state: State) => void} show
 */
export function watch({ store }, fields, show) {
  const all = /** @type {(keyof State)[]} */ (["language", ...fields]);
  const now = () => show(wordsIn(store.state.language, navigator.languages), store.state);
  store.subscribe((state, before) => {
    if (all.some((field) => state[field] !== before[field])) now();
  });
  now();
}
