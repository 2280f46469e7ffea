/**
 * What the reader sees where something in the page breaks: the still picture that is in the file, and one line.
 */
import { make } from "./dom.js";
import { fromHash } from "./hash.js";
import { wordsIn } from "./language.js";

/** Letters of what went wrong that are shown. */
const MOST = 200;

/**
 * Begin something interactive; if that fails, or anything later does, the still picture is seen again.
 *
 * @template T
 * @param {Document} document
 * @param {string} shown  class of the document while the interactive part is in the still picture's place
 * @param {() => T} begin
 * @returns {T | null}    null where it failed
 */
export function orStill(document, shown, begin) {
  const fall = (/** @type {unknown} */ error) => showStill(document, shown, error);
  addEventListener("error", ({ error, message }) => {
    // an observer that is told in the next frame instead is no error, though browsers report it as one
    if (!message.startsWith("ResizeObserver")) fall(error ?? message);
  });
  addEventListener("unhandledrejection", ({ reason }) => fall(reason));
  try {
    return begin();
  } catch (error) {
    console.error(error); // as the browser itself does with those that nobody catches
    fall(error);
    return null;
  }
}

/**
 * @param {Document} document
 * @param {string} shown
 * @param {unknown} error
 */
function showStill(document, shown, error) {
  const { documentElement: root, body, location } = document;
  if (document.getElementById("broken") !== null) return; // the first is the cause of those that follow
  const words = wordsIn(fromHash(location.hash).language, navigator.languages);
  const why = String(error instanceof Error ? error.message : error).replace(/\s+/g, " ").slice(0, MOST);
  const again = () => {
    if (location.hash !== "") history.replaceState(null, "", location.pathname + location.search); // it may be what breaks the map
    location.reload();
  };
  const still = document.querySelector("#still svg, .wide svg") === null ? "" : words.still; // a notebook's frame has none
  body.prepend(make("p", { id: "broken", role: "alert" }, `${words.broken(why)} ${still} `, make("button", { onclick: again }, words.again)));
  root.classList.remove(shown);
}
