/**
 * How a skip looks is decided once, here: by its kind, unless it is a concat.
 */

/** Looks of skips, in the order of a legend. */
export const LOOKS = ["identity", "scaled", "normed", "resampled", "projection", "gated", "concat"];

/**
 * A wire's look: `""` for plain data, or one of `LOOKS`.
 *
 * @param {{kind: string, combine: string}} skip
 */
export function lookOf(skip) {
  return skip.combine === "concat" ? "concat" : skip.kind;
}
