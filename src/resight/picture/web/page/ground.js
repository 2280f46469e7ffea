/** Whether something stands on a light or a dark ground. */

/** Share of full brightness below which a ground is dark. */
const DARK = 0.5;

/**
 * The theme that goes with what lies behind an element.
 *
 * @param {Element} element
 * @returns {"light" | "dark" | ""}  `""` where nothing behind it has a colour
 */
export function groundOf(element) {
  for (let at = /** @type {Element | null} */ (element); at !== null; at = parentOf(at)) {
    const [red, green, blue, opacity] = pixelOf(getComputedStyle(at).backgroundColor);
    if (opacity > 127) return brightness(red, green, blue) < DARK ? "dark" : "light";
  }
  return "";
}

/**
 * The element around another, also out of a shadow.
 *
 * @param {Element} element
 * @returns {Element | null}
 */
function parentOf(element) {
  const root = element.getRootNode();
  return element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
}

/**
 * A colour in any of the ways CSS writes one, as a canvas paints it.
 *
 * @param {string} colour
 */
function pixelOf(colour) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = "transparent"; // stays so where the browser can't read the colour
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data;
}

/**
 * Of full brightness, with the weights of ITU-R BT.709.
 *
 * @param {number} red
 * @param {number} green
 * @param {number} blue
 */
function brightness(red, green, blue) {
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}
