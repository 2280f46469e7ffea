/**
 * Two nodes as one number, for maps of what lies between them.
 */

/** More than a picture has boxes. */
const MANY_NODES = 2 ** 26;

/**
 * @param {number} a
 * @param {number} b
 */
export function pairOf(a, b) {
  return a * MANY_NODES + b;
}
