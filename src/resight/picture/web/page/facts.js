/**
 * What Python hands to the page beside the picture's payload; written from picture/facts.py by scripts/schema.
 */

/**
 * One value, or its gradient, in numbers as `recording.Summary` has them; None where one is not finite.
 *
 * @typedef {object} ValueFacts
 * @property {number} count
 * @property {number} nonfinite
 * @property {number | null} mean
 * @property {number | null} std
 * @property {number | null} rms
 * @property {number | null} min
 * @property {number | null} max
 * @property {number | null} zeros
 * @property {number} sampled
 * @property {number} start
 * @property {number} width
 * @property {number[]} counts
 */

/**
 * Feature maps of one value: bytes [shown, height, width], deflated and in base64.
 *
 * @typedef {object} MapFacts
 * @property {number} height
 * @property {number} width
 * @property {number[]} low
 * @property {number[]} high
 * @property {number} channels
 * @property {number} recorded
 * @property {string} layout
 * @property {string} pixels
 */

/**
 * A parameter or buffer: its dotted name and `f32[64,3,7,7]`.
 *
 * @typedef {object} WeightFacts
 * @property {string} name
 * @property {string} spec
 * @property {boolean} buffer
 */

/**
 * What is known of an op.
 *
 * @typedef {object} OpFacts
 * @property {number} parameters
 * @property {number} flops
 * @property {number} bytes
 * @property {string[]} outputs
 * @property {WeightFacts[]} weights
 * @property {number} attributes
 * @property {number} source
 * @property {boolean} inplace
 * @property {number | null} seconds
 * @property {number[]} values
 * @property {number[]} gradients
 * @property {number[]} maps
 */

/**
 * What is known of a module call: costs of all that runs in it, units as in `OpFacts`; values as `(op, slot)`.
 *
 * @typedef {object} CallFacts
 * @property {number} parameters
 * @property {number} flops
 * @property {number} bytes
 * @property {[number, number][]} inputs
 * @property {[number, number][]} outputs
 */

/**
 * How a skip lies in the network, and what its branch adds where it was recorded; see `skips.Skip`.
 *
 * @typedef {object} SkipFacts
 * @property {boolean} closed
 * @property {boolean} recurrent
 * @property {string} link
 * @property {number | null} gain
 * @property {number | null} cosine
 * @property {number | null} update
 */

/**
 * One row per op, module call and skip of the payload, in its order, and what these lead to.
 *
 * @typedef {object} Facts
 * @property {OpFacts[]} ops
 * @property {CallFacts[]} calls
 * @property {SkipFacts[]} skips
 * @property {ValueFacts[]} values
 * @property {ValueFacts[]} gradients
 * @property {MapFacts[]} maps
 * @property {[string, string][][]} attributes
 * @property {[string, string][]} sources
 * @property {string} ran
 * @property {string} how
 * @property {string[]} notes
 */

export {};
