/**
 * The tools at the end of the bar: the outline, what this network is, light or dark, the language.
 *
 * @import {Page} from "./page.js"
 */
import { make } from "./dom.js";
import { select, speak, useTheme } from "./state.js";
import { watch } from "./watch.js";

/** The window is wide enough for the outline beside the map; it is open there when the page opens. */
const WIDE = 1200;

/** @param {Page} page */
export function mountTools(page) {
  const { store } = page;
  const outline = page.part("tree");
  const modules = make("button", { "aria-controls": "tree", onclick: () => showOutline(outline.hidden) });
  const about = make("button", { onclick: () => store.change(select, store.state.selected === "call-0" ? "" : "call-0") }, "ⓘ");
  const theme = make("button", { onclick: () => store.change(useTheme, page.theme() === "dark" ? "light" : "dark") });
  const language = make("button", {});
  page.part("tools").append(modules, about, theme, language);

  /** @param {boolean} isOpen */
  function showOutline(isOpen) {
    outline.hidden = !isOpen;
    modules.setAttribute("aria-expanded", String(isOpen));
    outline.dispatchEvent(new Event("shown"));
  }

  watch(page, ["theme"], (words) => {
    page.document.documentElement.lang = words.tag;
    page.part("canvas").setAttribute("aria-description", words.map);
    modules.textContent = words.modules;
    about.title = words.about;
    about.setAttribute("aria-label", words.about);
    const isDark = page.theme() === "dark";
    theme.textContent = isDark ? "☀" : "☾";
    theme.title = isDark ? words.light : words.dark;
    theme.setAttribute("aria-label", theme.title);
    language.textContent = words.other;
    language.lang = words.otherTag;
    language.onclick = () => store.change(speak, words.otherTag);
  });
  showOutline(innerWidth >= WIDE);
}
