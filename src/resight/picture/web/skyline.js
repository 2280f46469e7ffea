/**
 * How far right (or left) each row is taken, in a segment tree: both questions in logarithmic time.
 *
 * Where thousands of long lanes nest, its loops run millions of times: they compare, where `Math.max` would be a call.
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
    const { size, most } = this;
    reaches.forEach((reach, row) => (most[size + row] = reach));
    for (let node = size - 1; node > 0; node--) most[node] = Math.max(most[2 * node], most[2 * node + 1]);
  }

  /**
   * The greatest reach over rows `low` to `high`, both included; 0 for no rows.
   *
   * @param {number} low
   * @param {number} high
   */
  reach(low, high) {
    let reach = 0;
    if (low > high) return reach;
    const { most, raised } = this;
    let l = low + this.size;
    let r = high + this.size;
    let left = l >> 1;
    let right = r >> 1;
    for (; l <= r; l >>= 1, r >>= 1) {
      if (l & 1) {
        if (most[l] > reach) reach = most[l];
        l += 1;
      }
      if (!(r & 1)) {
        if (most[r] > reach) reach = most[r];
        r -= 1;
      }
    }
    for (; left !== right; left >>= 1, right >>= 1) {
      if (raised[left] > reach) reach = raised[left];
      if (raised[right] > reach) reach = raised[right];
    }
    for (; left > 0; left >>= 1) if (raised[left] > reach) reach = raised[left];
    return reach;
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
    let l = low + this.size;
    let r = high + this.size;
    this.tell(l >> 1, reach);
    this.tell(r >> 1, reach);
    for (; l <= r; l >>= 1, r >>= 1) {
      if (l & 1) this.lift(l++, reach);
      if (!(r & 1)) this.lift(r--, reach);
    }
  }

  /**
   * @param {number} node
   * @param {number} reach
   */
  lift(node, reach) {
    const { most, raised } = this;
    if (raised[node] < reach) raised[node] = reach;
    if (most[node] < reach) most[node] = reach;
  }

  /**
   * Rows below a node are raised: it and those above it reach as far, up to one that does already.
   *
   * @param {number} start
   * @param {number} reach
   */
  tell(start, reach) {
    const { most } = this;
    for (let node = start; node > 0 && most[node] < reach; node >>= 1) most[node] = reach;
  }
}
