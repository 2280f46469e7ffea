/**
 * Maps from two whole numbers, as of nodes, to what lies between them.
 */

/** Slots to begin with, a power of two; no more than half of them are ever taken. */
const SLOTS = 64;

/**
 * Keeps the order in which pairs came. In a plain map every pair would have to be a key of its own that lives on the
 * heap, which takes most of the time where there are as many as wires.
 *
 * @template T
 */
export class PairMap {
  constructor() {
    /** @type {number[]} */
    this.firsts = [];
    /** @type {number[]} */
    this.seconds = [];
    /** Undefined where deleted. @type {(T | undefined)[]} */
    this.kept = [];
    /** By hash, the place of a pair in these lists, from 1; 0 where free. */
    this.slots = new Int32Array(SLOTS);
  }

  /**
   * @param {number} a
   * @param {number} b
   * @returns {number}  the slot of the pair, or the free one it would take
   */
  slotOf(a, b) {
    const { firsts, seconds, slots } = this;
    const mask = slots.length - 1;
    const mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & mask;
    while (slots[slot] !== 0 && (firsts[slots[slot] - 1] !== a || seconds[slots[slot] - 1] !== b)) slot = (slot + 1) & mask;
    return slot;
  }

  /**
   * @param {number} a
   * @param {number} b
   * @returns {T | undefined}
   */
  get(a, b) {
    const place = this.slots[this.slotOf(a, b)];
    return place === 0 ? undefined : this.kept[place - 1];
  }

  /**
   * @param {number} a
   * @param {number} b
   * @param {T} value
   */
  set(a, b, value) {
    const slot = this.slotOf(a, b);
    if (this.slots[slot] !== 0) {
      this.kept[this.slots[slot] - 1] = value;
      return;
    }
    this.firsts.push(a);
    this.seconds.push(b);
    this.slots[slot] = this.kept.push(value);
    if (2 * this.kept.length > this.slots.length) this.grow();
  }

  /**
   * @param {number} a
   * @param {number} b
   */
  delete(a, b) {
    const place = this.slots[this.slotOf(a, b)];
    if (place !== 0) this.kept[place - 1] = undefined;
  }

  /** What is kept, in the order it came. @returns {T[]} */
  values() {
    return /** @type {T[]} */ (this.kept.filter((value) => value !== undefined));
  }

  /** Make room; what was deleted goes. */
  grow() {
    const { firsts, seconds, kept } = this;
    [this.firsts, this.seconds, this.kept] = [[], [], []];
    this.slots = new Int32Array(2 * this.slots.length);
    kept.forEach((value, i) => {
      if (value !== undefined) this.set(firsts[i], seconds[i], value);
    });
  }
}
