/**
 * What Python hands to the page beside the picture's payload; written from picture/facts.py by scripts/schema.
 */

/**
 * What an op costs.
 *
 * @typedef {object} OpFacts
 * @property {number} parameters
 * @property {number} flops
 * @property {number} bytes
 */

/**
 * What a module call costs, with all that runs in it; units as in `OpFacts`.
 *
 * @typedef {object} CallFacts
 * @property {number} parameters
 * @property {number} flops
 * @property {number} bytes
 */

/**
 * What a skip's branch adds, where it was recorded; see `skips.Contribution`.
 *
 * @typedef {object} SkipFacts
 * @property {number | null} gain
 * @property {number | null} cosine
 * @property {number | null} update
 */

/**
 * One row per op, module call and skip of the payload, in its order.
 *
 * @typedef {object} Facts
 * @property {OpFacts[]} ops
 * @property {CallFacts[]} calls
 * @property {SkipFacts[]} skips
 * @property {string} ran
 * @property {string[]} notes
 */

export {};
