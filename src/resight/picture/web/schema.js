/**
 * What Python hands to the picture engine; written from picture/payload.py by scripts/schema.
 */

/**
 * How a network is to be drawn.
 *
 * @typedef {object} View
 * @property {number | null} depth
 * @property {string[]} open
 * @property {string} only
 * @property {string} direction
 * @property {number} wrap
 * @property {string} theme
 * @property {boolean} everything
 * @property {boolean} repeats
 * @property {boolean} header
 * @property {string} color
 */

/**
 * One op as a picture sees it.
 *
 * @typedef {object} OpBox
 * @property {number} call
 * @property {string} name
 * @property {string} title
 * @property {string} detail
 * @property {string} shape
 * @property {string} group
 * @property {[number, number][]} inputs
 * @property {boolean} aside
 * @property {boolean} reshaped
 * @property {boolean} failed
 */

/**
 * One module call as a picture sees it.
 *
 * @typedef {object} CallBox
 * @property {number} parent
 * @property {string} path
 * @property {string} title
 * @property {string} cls
 * @property {string} detail
 * @property {string} parameters
 * @property {number} same
 */

/**
 * One residual connection as a picture sees it; op ids as in `skips.Skip`, values as `(op, slot)`.
 *
 * @typedef {object} SkipArc
 * @property {number} merge
 * @property {[number, number]} source
 * @property {string} kind
 * @property {string} combine
 * @property {number[]} shortcut
 * @property {number} owner
 * @property {boolean} partial
 * @property {boolean} weak
 * @property {boolean} long
 * @property {[number, number][]} also
 * @property {[number, number][]} branch
 */

/**
 * A value the model returned.
 *
 * @typedef {object} OutputBox
 * @property {number} op
 * @property {number} slot
 * @property {string} title
 * @property {string} shape
 * @property {boolean} aside
 */

/**
 * A number that something is coloured by, and how it is written; None where there is none.
 *
 * @typedef {object} HeatValue
 * @property {number | null} value
 * @property {string} words
 * @property {string} note
 */

/**
 * What boxes are coloured by: a number per op and module call, in the payload's order.
 *
 * @typedef {object} Heat
 * @property {string} title
 * @property {string} label
 * @property {string} how
 * @property {string} closed
 * @property {string} plain
 * @property {HeatValue[]} ops
 * @property {HeatValue[]} calls
 * @property {boolean} arcs
 * @property {string} notes
 */

/**
 * Everything the engine needs of a trace. Call 0 is the model. `unseen`: what the run did not see, in short.
 *
 * @typedef {object} Payload
 * @property {number} schema
 * @property {string} title
 * @property {string} subtitle
 * @property {OpBox[]} ops
 * @property {CallBox[]} calls
 * @property {SkipArc[]} skips
 * @property {OutputBox[]} outputs
 * @property {string} failure
 * @property {string} unseen
 * @property {Heat | null} heat
 */

export {};
