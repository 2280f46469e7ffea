/**
 * How a skip looks is decided once, here: by its kind, unless it is a concat. So is what it is called.
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

/**
 * What a skip is called, as `skips.Skip.name` has it: `identity`, `identity concat`, `partial identity`.
 *
 * @param {{kind: string, combine: string, partial: boolean}} skip
 */
export function skipName({ kind, combine, partial }) {
  return [partial ? "partial" : "", kind, combine === "concat" ? "concat" : ""].filter((word) => word !== "").join(" ");
}
