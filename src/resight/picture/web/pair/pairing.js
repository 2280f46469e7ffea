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
 * The same in each language of the page, by its tag.
 *
 * @typedef {object} Spoken
 * @property {string} en
 * @property {string} zh
 */

/**
 * One difference.
 *
 * @typedef {object} Told
 * @property {Spoken} words
 * @property {Spoken} follows
 * @property {string[]} first
 * @property {string[]} second
 * @property {string[]} led_first
 * @property {string[]} led_second
 */

/**
 * What two networks have in common, and what not.
 *
 * @typedef {object} Pairing
 * @property {Spoken} summary
 * @property {number[]} ops
 * @property {number[]} calls
 * @property {Marked} first
 * @property {Marked} second
 * @property {Told[]} differences
 */

export {};
