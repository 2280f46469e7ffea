/**
 * Colours of a picture by numbers: each closed box by its own, each arc by its skip's.
 *
 * @import {Folded, FoldedNode} from "./fold.js"
 * @import {Opening} from "./opening.js"
 * @import {Heat, HeatValue, Payload} from "./schema.js"
 * @import {Theme} from "./theme.js"
 * @import {Tree} from "./tree.js"
 */
import { hexOf, mixed, Scale, spreadOf } from "./heat.js";

/**
 * How a box or an arc is coloured. An open box has words alone, for its title.
 *
 * @typedef {object} Warmth
 * @property {string} fill
 * @property {string} words  its number; `""` for none
 */

/**
 * A number that can be coloured.
 *
 * @typedef {{value: number, words: string}} Known
 */

/**
 * What the colours of a picture mean: the least and the greatest number in it, and lines of explanation.
 *
 * @typedef {object} Legend
 * @property {string} title
 * @property {string} low        `""` where all are the same
 * @property {string} high
 * @property {string[]} colours  those of the two ends and evenly between; one where all are the same
 * @property {string[]} lines
 */

/**
 * A fold whose boxes and arcs have colours. A box that stands for several alike ones has their mean.
 *
 * @param {Payload} payload
 * @param {Heat} heat
 * @param {Theme} theme
 * @param {{folded: Folded, tree: Tree, opening: Opening}} made
 * @returns {Folded}
 */
export function warm(payload, heat, theme, { folded, tree, opening }) {
  const copies = listCopies(opening);
  const stood = folded.nodes.map((node) => valuesOf(payload, heat, tree, copies, node));
  const closed = stood.filter((_, n) => !folded.nodes[n].open);
  const all = knownOf(closed.flat());
  const numbers = all.map(({ value }) => value);
  const scale = new Scale(spreadOf(numbers), numbers);
  const atMerge = (/** @type {number} */ skip) => (copies.get(payload.skips[skip].merge) ?? []).map((op) => heat.ops[op]);
  const warmth = (/** @type {HeatValue[]} */ values, /** @type {string} */ plain) => {
    const share = scale.shareOf(meanOf(values));
    return { fill: share === null ? plain : hexOf(mixed(theme.ramp, share)), words: wordsOf(heat, values) };
  };
  return {
    ...folded,
    nodes: folded.nodes.map((node, n) => ({ ...node, heat: warmth(stood[n], theme.background) })),
    skips: heat.arcs ? folded.skips.map((skip, s) => ({ ...skip, heat: warmth(atMerge(s), "") })) : folded.skips,
    legend: legendOf(heat, theme, scale, all, folded.nodes.filter((_, n) => stood[n].length > 0)),
  };
}

/**
 * Per op that is drawn: it and those that it is drawn for.
 *
 * @param {Opening} opening
 */
function listCopies({ runs }) {
  /** @type {Map<number, number[]>} */
  const copies = new Map();
  runs.twin.forEach((drawn, op) => {
    const known = copies.get(drawn);
    if (known === undefined) copies.set(drawn, [op]);
    else known.push(op);
  });
  return copies;
}

/**
 * The numbers a box stands for: one, but of a repeat and of what is in it one per member. Of ops that share a box, the
 * greatest.
 *
 * @param {Payload} payload
 * @param {Heat} heat
 * @param {Tree} tree
 * @param {Map<number, number[]>} copies
 * @param {FoldedNode} node
 * @returns {HeatValue[]}
 */
function valuesOf(payload, heat, tree, copies, { id, kind }) {
  if (kind === "input" || kind === "output") return [];
  const at = Number(id.slice(id.indexOf("-") + 1));
  if (kind === "op") {
    const stretch = tree.gathered.get(at);
    if (stretch === undefined) return (copies.get(at) ?? []).map((op) => heat.ops[op]);
    return [stretch.map((op) => heat.ops[op]).reduce((most, one) => ((one.value ?? -1) > (most.value ?? -1) ? one : most))];
  }
  const first = copies.get(tree.first[at]) ?? [];
  return first.map((op) => heat.calls[callAround(payload, tree, op, tree.depth[at])]);
}

/**
 * The call at a depth that an op runs in.
 *
 * @param {Payload} payload
 * @param {Tree} tree
 * @param {number} op
 * @param {number} depth
 */
function callAround({ ops, calls }, tree, op, depth) {
  let { call } = ops[op];
  while (tree.depth[call] > depth) call = calls[call].parent;
  return call;
}

/**
 * @param {HeatValue[]} values
 * @returns {Known[]}
 */
function knownOf(values) {
  return values.flatMap(({ value, words }) => (value === null ? [] : [{ value, words }]));
}

/** @param {HeatValue[]} values */
function meanOf(values) {
  const known = knownOf(values);
  return known.length === 0 ? null : known.reduce((sum, { value }) => sum + value, 0) / known.length;
}

/**
 * A box's number in words: `gain 0.41`, `gain 0.41, mean of 2`, `1.2 ms to 1.4 ms` where it stands for several.
 *
 * @param {Heat} heat
 * @param {HeatValue[]} values
 */
function wordsOf({ label }, values) {
  const written = values.filter(({ words }) => words !== "");
  if (written.length === 0) return "";
  const [low, high] = endsOf(knownOf(written));
  const range = low === high ? low || written[0].words : `${low} to ${high}`;
  const { note } = written[0];
  return `${label === "" ? "" : `${label} `}${range}${note === "" ? "" : `, ${note}`}`;
}

/**
 * The words of the least and the greatest number.
 *
 * @param {Known[]} values
 * @returns {[string, string]}
 */
function endsOf(values) {
  if (values.length === 0) return ["", ""];
  let [low, high] = [values[0], values[0]];
  for (const one of values) {
    if (one.value < low.value) low = one;
    if (one.value > high.value) high = one;
  }
  return [low.words, high.words];
}

/**
 * @param {Heat} heat
 * @param {Theme} theme
 * @param {Scale} scale
 * @param {Known[]} all
 * @param {FoldedNode[]} nodes  those that can have a number
 * @returns {Legend}
 */
function legendOf({ title, how, closed, plain, notes }, { ramp, background }, scale, all, nodes) {
  const shut = nodes.filter((node) => !node.open);
  const remarks = [
    scale.kind === "log" ? "log scale" : "",
    shut.some((node) => node.kind !== "op" && node.size > 1) ? closed : "",
    nodes.some((node) => node.times > 1) ? "×N: the mean of all N" : "",
    `plain boxes: ${plain}`,
  ];
  const [low, high] = endsOf(all.filter(({ value }) => scale.shareOf(value) !== null));
  const lines = [how, remarks.filter((words) => words !== "").join(" · "), ...(notes === "" ? [] : [notes])];
  if (scale.isEmpty) return { title, low: "", high: "nothing here has one", colours: [background], lines };
  if (scale.low < scale.high) return { title, low, high, colours: ramp, lines };
  return { title, low: "", high, colours: [hexOf(mixed(ramp, scale.shareOf(scale.low) ?? 0))], lines };
}
