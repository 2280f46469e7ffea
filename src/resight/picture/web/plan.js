/**
 * The layout of one open box while it is being made: each stage of the ladder fills in a part.
 *
 * @import {FoldedNode} from "./fold.js"
 * @import {Level} from "./cut.js"
 * @import {Chains} from "./chains.js"
 * @import {Lane} from "./columns.js"
 * @import {Ranks} from "./ranks.js"
 * @import {Size} from "./sizes.js"
 */
import { Skyline } from "./skyline.js";

/**
 * A wire inside a box, as points `across, along, across, along, ...` from the box's axis and its start.
 *
 * @typedef {object} Wire
 * @property {number[]} points
 * @property {number[]} edges
 * @property {string} look
 * @property {boolean} forks   starts on another wire of the same value, with a dot
 * @property {boolean} lands   ends at a box, not at a border
 * @property {number} row      row of the place it leaves
 * @property {number} segment
 */

/**
 * Where a frame's title stands, and where its class, from the frame's left; -1 for no room.
 *
 * @typedef {object} Heading
 * @property {number} title
 * @property {number} titleRoom
 * @property {number} detail
 * @property {number} detailRoom
 * @property {number} end       the right edge of the parameter count, -1 for no room
 */

/**
 * A box with its insides placed.
 *
 * @typedef {Size & {
 *   node: number,
 *   plan: Plan | null,
 *   ins: number[],
 *   outs: number[],
 *   kids: Box[],
 *   at: {across: number, along: number}[],
 *   wires: Wire[],
 *   heading: Heading | null,
 * }} Box
 */

/**
 * @typedef {object} Plan
 * @property {Level} level
 * @property {FoldedNode[]} nodes
 * @property {boolean} isDown
 * @property {boolean} isUp     its flow is turned round, see turned.js
 * @property {Ranks} ranks
 * @property {Chains} chains
 * @property {Lane[]} lanes
 * @property {Box[]} boxes      per child
 * @property {{left: Skyline, right: Skyline}} sky  how far each row is taken
 * @property {number[]} x       per place: its axis
 * @property {number[]} laneX   per lane
 * @property {number[]} side    per segment: 1 enters its target from the right, -1 from the left, 0 from above
 * @property {number[]} turn    per segment: track it turns on after its source, or before its target; -1 for straight
 * @property {number[]} leave   per segment that spans a U: track it turns on after its source
 * @property {number[]} laneTurn  per lane: track it leaves its source on, -1 for none
 * @property {number[]} tracks  per gap: how many tracks
 * @property {number[]} rowY    per row, ports included: where it starts
 * @property {number[]} rowLength
 * @property {number[]} gapLength  per gap: `gapLength[g]` lies below row `g`
 * @property {{across: number, along: number}[]} at  per child
 * @property {number} end       where the box ends along the flow
 * @property {Wire[]} wires
 * @property {{left: number, right: number} | null} reach  across, where wrapping changed it
 */

/**
 * @param {Level} level
 * @param {FoldedNode[]} nodes
 * @param {boolean} isDown
 * @param {boolean} isUp
 * @param {Ranks} ranks
 * @param {Chains} chains
 * @param {Lane[]} lanes
 * @param {Box[]} boxes
 * @returns {Plan}
 */
export function newPlan(level, nodes, isDown, isUp, ranks, chains, lanes, boxes) {
  const places = level.kids.length + level.ins + level.outs;
  const sky = { left: new Skyline(ranks.rows + 2), right: new Skyline(ranks.rows + 2) };
  return {
    level, nodes, isDown, isUp, ranks, chains, lanes, boxes, sky,
    x: new Array(places).fill(0), laneX: lanes.map(() => 0),
    side: level.segments.map(() => 0), turn: level.segments.map(() => -1), leave: level.segments.map(() => -1), laneTurn: lanes.map(() => -1), tracks: [],
    rowY: [], rowLength: [], gapLength: [], at: [], end: 0, wires: [],
    reach: null,
  };
}

/**
 * Where a segment leaves its source, across.
 *
 * @param {Plan} plan
 * @param {number} s
 */
export function startX({ level, boxes, x }, s) {
  const { a, outPort } = level.segments[s];
  return x[a] + (outPort < 0 ? 0 : boxes[a].outs[outPort]);
}

/**
 * Where a segment reaches its target, across.
 *
 * @param {Plan} plan
 * @param {number} s
 */
export function endX({ level, boxes, x }, s) {
  const { b, inPort } = level.segments[s];
  return x[b] + (inPort < 0 ? 0 : boxes[b].ins[inPort]);
}

/**
 * Whether a segment is drawn down the lane of its source.
 *
 * @param {Plan} plan
 * @param {number} s
 */
export function isLane({ chains }, s) {
  return chains.role[s] === "lane";
}
