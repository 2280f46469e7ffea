/**
 * What a display list is made of, and the figures that are drawn again and again.
 */

/**
 * One thing to draw; all coordinates are whole pixels, all colours `#rrggbb`. `y` of a text is its baseline,
 * `w` the room it may take. `open` and `close` pair up around what belongs to one box or one skip.
 *
 * @typedef {(
 *   | {t: "rect", x: number, y: number, w: number, h: number, r: number, fill: string, stroke: string, line: number, dash?: number[]}
 *   | {t: "path", d: Step[], stroke: string, line: number, dash?: number[], fill?: string, cap?: "round" | "butt"}
 *   | {t: "circle", x: number, y: number, r: number, fill: string, stroke: string, line: number}
 *   | {t: "text", x: number, y: number, text: string, size: number, weight: 400 | 600, fill: string, anchor: "start" | "middle" | "end", w: number}
 *   | {t: "open", id: string, cls: string, tip: string}
 *   | {t: "close"}
 * )} Item
 */

/**
 * @typedef {["M", number, number] | ["L", number, number] | ["C", number, number, number, number, number, number] | ["Z"]} Step
 */

/**
 * @typedef {object} DisplayList
 * @property {number} width
 * @property {number} height
 * @property {string} background
 * @property {string} title
 * @property {Item[]} items
 */

/** Share of a corner's radius from its end to its control point: a quarter circle, nearly. */
const BOW = 0.45;

/**
 * A way along `points` (`x, y, x, y, ...`, horizontal and vertical) with rounded corners.
 *
 * @param {number[]} points
 * @param {number} radius
 * @returns {Step[]}
 */
export function roundedWay(points, radius) {
  const corners = withoutStops(points);
  /** @type {Step[]} */
  const steps = [["M", corners[0][0], corners[0][1]]];
  for (let i = 1; i < corners.length - 1; i++) {
    const [before, corner, after] = [corners[i - 1], corners[i], corners[i + 1]];
    const r = Math.min(radius, distance(before, corner) >> 1, distance(corner, after) >> 1);
    const [inX, inY] = toward(corner, before, r);
    const [outX, outY] = toward(corner, after, r);
    const [c1x, c1y] = toward(corner, before, Math.round(r * BOW));
    const [c2x, c2y] = toward(corner, after, Math.round(r * BOW));
    steps.push(["L", inX, inY], ["C", c1x, c1y, c2x, c2y, outX, outY]);
  }
  const end = corners[corners.length - 1];
  steps.push(["L", end[0], end[1]]);
  return steps;
}

/**
 * Corners and ends of a way, without points it passes straight.
 *
 * @param {number[]} points
 */
function withoutStops(points) {
  /** @type {[number, number][]} */
  const corners = [];
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i], points[i + 1]];
    const [p, q] = [corners[corners.length - 2], corners[corners.length - 1]];
    if (q !== undefined && q[0] === x && q[1] === y) continue;
    const isStraight = p !== undefined && ((p[0] === q[0] && q[0] === x) || (p[1] === q[1] && q[1] === y));
    if (isStraight) corners.pop();
    corners.push([x, y]);
  }
  return corners;
}

/**
 * @param {[number, number]} p
 * @param {[number, number]} q
 */
function distance(p, q) {
  return Math.abs(p[0] - q[0]) + Math.abs(p[1] - q[1]);
}

/**
 * The point `steps` pixels from `p` on the way to `q`.
 *
 * @param {[number, number]} p
 * @param {[number, number]} q
 * @param {number} steps
 * @returns {[number, number]}
 */
function toward(p, q, steps) {
  return [p[0] + Math.sign(q[0] - p[0]) * steps, p[1] + Math.sign(q[1] - p[1]) * steps];
}

/**
 * An arrow head at the end of a way.
 *
 * @param {number[]} points
 * @param {number} size    its length
 * @returns {Step[]}
 */
export function arrowHead(points, size) {
  const corners = withoutStops(points);
  const end = corners[corners.length - 1];
  const before = corners[corners.length - 2] ?? end;
  const [backX, backY] = toward(end, before, size);
  const half = (size + 1) >> 1;
  const isVertical = backX === end[0];
  const [dx, dy] = isVertical ? [half, 0] : [0, half];
  return [["M", end[0], end[1]], ["L", backX - dx, backY - dy], ["L", backX + dx, backY + dy], ["Z"]];
}

/**
 * A way cut short by some pixels at its end, so that a line does not poke through its arrow head, and at
 * its start.
 *
 * @param {number[]} points
 * @param {number} atEnd
 * @param {number} [atStart]
 */
export function shortened(points, atEnd, atStart = 0) {
  const kept = [...points];
  const n = kept.length;
  [kept[0], kept[1]] = toward([points[0], points[1]], [points[2], points[3]], atStart);
  [kept[n - 2], kept[n - 1]] = toward([points[n - 2], points[n - 1]], [points[n - 4], points[n - 3]], atEnd);
  return kept;
}

/**
 * A merge: a circle with a plus, or with the two strokes of a concat.
 *
 * @param {number} x  centre
 * @param {number} y
 * @param {number} r
 * @param {"add" | "concat" | string} combine
 * @param {{fill: string, stroke: string, line: number}} colours
 * @returns {Item[]}
 */
export function mergeFigure(x, y, r, combine, { fill, stroke, line }) {
  const arm = r - 6;
  /** @type {Step[]} */
  const plus = [["M", x - arm, y], ["L", x + arm, y], ["M", x, y - arm], ["L", x, y + arm]];
  /** @type {Step[]} */
  const concat = [
    ["M", x - 3, y - arm], ["L", x - 3, y + arm], ["M", x + 3, y - arm], ["L", x + 3, y + arm],
    ["M", x - arm, y], ["L", x + arm, y],
  ];
  return [
    { t: "circle", x, y, r, fill, stroke, line },
    { t: "path", d: combine === "concat" ? concat : combine === "sub" ? plus.slice(0, 2) : plus, stroke, line, cap: "round" },
  ];
}

/**
 * A loop at a box's side: the arc of a skip that is folded away. Bulges right, or down if `isDown` is false.
 *
 * @param {number} x       where it starts
 * @param {number} y
 * @param {number} width   along the side
 * @param {number} bulge
 * @param {boolean} isDown
 * @returns {Step[]}
 */
export function loop(x, y, width, bulge, isDown) {
  const reach = Math.round((bulge * 4) / 3); // a cubic reaches three quarters of its control points
  return isDown
    ? [["M", x, y], ["C", x + reach, y, x + reach, y + width, x, y + width]]
    : [["M", x, y], ["C", x, y + reach, x + width, y + reach, x + width, y]];
}
