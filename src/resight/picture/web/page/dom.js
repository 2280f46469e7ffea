/**
 * Elements of the page, made by calls: names of modules are hostile, so text only ever becomes text.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * What an element may be given: attributes by name, `on...` listeners, and `class`. False and null leave it out.
 *
 * @typedef {Record<string, string | number | boolean | null | ((event: any) => void)>} Attributes
 * @typedef {Node | string | null} Child
 */

/**
 * An HTML element: `make("button", { class: "play", onclick: start }, "play")`.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * An SVG element.
 *
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {Element} E
 * @param {E} element
 * @param {Attributes} attributes
 * @param {Child[]} children
 * @returns {E}
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * A canvas as sharp as the screen and empty, with its context scaled to pixels of the page.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function sharpen(canvas, width, height) {
  const dense = window.devicePixelRatio || 1;
  const [wide, high] = [width, height].map((length) => Math.max(1, Math.round(length * dense)));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high]; // which lays the page out again
  context.setTransform(dense, 0, 0, dense, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
