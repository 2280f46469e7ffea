/**
 * What Python hands to the page of two networks; written from compare/pairing.py by scripts/schema.
 */

/**
 * Ids of boxes of one network that have a mark; see `marks.Marks`.
 *
 * @typedef {object} Marked
 * @property {string[]} differs
 * @property {string[]} lacks
 * @property {string[]} follows
 */

/**
 * One difference.
 *
 * @typedef {object} Told
 * @property {string} words
 * @property {string} follows
 * @property {string[]} first
 * @property {string[]} second
 * @property {string[]} led_first
 * @property {string[]} led_second
 */

/**
 * What two networks have in common, and what not.
 *
 * @typedef {object} Pairing
 * @property {string} summary
 * @property {number[]} ops
 * @property {number[]} calls
 * @property {Marked} first
 * @property {Marked} second
 * @property {Told[]} differences
 */

export {};
