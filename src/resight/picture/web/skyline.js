/**
 * How far right (or left) each row is taken, in a segment tree: both questions in logarithmic time.
 */
export class Skyline {
  /** @param {number} rows */
  constructor(rows) {
    this.size = 1;
    while (this.size < rows) this.size *= 2;
    /** Per node of the tree, the greatest reach in it, raised parts below included. */
    this.most = new Array(2 * this.size).fill(0);
    /** Per node, a reach that holds for all rows below it. */
    this.raised = new Array(2 * this.size).fill(0);
  }

  /**
   * Take every row as far as `reaches` says; for a skyline that nothing was raised in yet.
   *
   * @param {number[]} reaches  per row
   */
  start(reaches) {
    reaches.forEach((reach, row) => (this.most[this.size + row] = reach));
    for (let node = this.size - 1; node > 0; node--) this.most[node] = Math.max(this.most[2 * node], this.most[2 * node + 1]);
  }

  /**
   * The greatest reach over rows `low` to `high`, both included; 0 for no rows.
   *
   * @param {number} low
   * @param {number} high
   */
  reach(low, high) {
    let most = 0;
    if (low > high) return most;
    let [l, r] = [low + this.size, high + this.size];
    const [left, right] = [l, r];
    for (; l <= r; l >>= 1, r >>= 1) {
      if (l & 1) most = Math.max(most, this.most[l++]);
      if (!(r & 1)) most = Math.max(most, this.most[r--]);
    }
    for (let node = left >> 1; node > 0; node >>= 1) most = Math.max(most, this.raised[node]);
    for (let node = right >> 1; node > 0; node >>= 1) most = Math.max(most, this.raised[node]);
    return most;
  }

  /**
   * Take rows `low` to `high` at least as far as `reach`.
   *
   * @param {number} low
   * @param {number} high
   * @param {number} reach
   */
  raise(low, high, reach) {
    if (low > high) return;
    let [l, r] = [low + this.size, high + this.size];
    const [left, right] = [l, r];
    for (; l <= r; l >>= 1, r >>= 1) {
      if (l & 1) this.lift(l++, reach);
      if (!(r & 1)) this.lift(r--, reach);
    }
    this.settle(left);
    if (right !== left) this.settle(right);
  }

  /**
   * @param {number} node
   * @param {number} reach
   */
  lift(node, reach) {
    this.raised[node] = Math.max(this.raised[node], reach);
    this.most[node] = Math.max(this.most[node], reach);
  }

  /** @param {number} leaf */
  settle(leaf) {
    for (let node = leaf >> 1; node > 0; node >>= 1) {
      this.most[node] = Math.max(this.most[2 * node], this.most[2 * node + 1], this.raised[node]);
    }
  }
}
