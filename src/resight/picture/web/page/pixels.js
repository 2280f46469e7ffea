/**
 * Feature maps as they come over the wire, and as pixels.
 *
 * @import {MapFacts} from "./facts.js"
 */
import { mixed } from "../heat.js";
import { MAPS } from "../palette.js";

/**
 * The bytes of feature maps, unpacked by the browser.
 *
 * @param {MapFacts} facts
 * @returns {Promise<Uint8Array>}
 */
export function unpack({ pixels }) {
  const packed = Uint8Array.from(atob(pixels), (char) => char.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer().then((bytes) => new Uint8Array(bytes));
}

/**
 * The value that a byte of a channel stands for.
 *
 * @param {MapFacts} facts
 * @param {number} channel
 * @param {number} byte
 */
export function valueAt({ low, high }, channel, byte) {
  return low[channel] + ((high[channel] - low[channel]) * byte) / 255;
}

/**
 * The values at both ends of the colours: of one channel or of all shown, around zero where that is the middle.
 *
 * @param {MapFacts} facts
 * @param {number} channel
 * @param {{colours: string, together: boolean}} look
 * @returns {[number, number]}
 */
export function endsOf({ low, high }, channel, { colours, together }) {
  const [least, most] = together ? [Math.min(...low), Math.max(...high)] : [low[channel], high[channel]];
  if (colours !== "signed") return [least, most];
  const reach = Math.max(Math.abs(least), Math.abs(most));
  return [-reach, reach];
}

/**
 * One channel as pixels, RGBA.
 *
 * @param {MapFacts} facts
 * @param {Uint8Array} bytes  of all channels
 * @param {number} channel
 * @param {{colours: string, together: boolean}} look
 */
export function paintedChannel(facts, bytes, channel, look) {
  const [least, most] = endsOf(facts, channel, look);
  const spread = most - least || 1;
  const table = pixelsOf(MAPS[look.colours], (byte) => (valueAt(facts, channel, byte) - least) / spread);
  const size = facts.width * facts.height;
  const pixels = new Uint8ClampedArray(size * 4);
  for (let i = 0; i < size; i++) {
    const at = bytes[channel * size + i] * 4;
    for (let part = 0; part < 4; part++) pixels[i * 4 + part] = table[at + part];
  }
  return pixels;
}

/**
 * The colours of bytes 0 to 255, as 256 pixels of a canvas.
 *
 * @param {string[]} colours
 * @param {(byte: number) => number} shareOf
 * @returns {Uint8ClampedArray}
 */
function pixelsOf(colours, shareOf) {
  const pixels = new Uint8ClampedArray(1024);
  for (let byte = 0; byte < 256; byte++) pixels.set([...mixed(colours, shareOf(byte)), 255], byte * 4);
  return pixels;
}
