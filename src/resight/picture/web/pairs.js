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
    let slot = hash(a, b) & mask;
    for (let place = slots[slot]; place !== 0; place = slots[slot]) {
      if (firsts[place - 1] === a && seconds[place - 1] === b) break;
      slot = (slot + 1) & mask;
    }
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
    const place = this.placeOf(a, b); // which may make a new list
    this.kept[place] = value;
  }

  /**
   * Where in `kept` a pair's value stands: one look for those who read it and then set it. Undefined there if it is new.
   *
   * @param {number} a
   * @param {number} b
   */
  placeOf(a, b) {
    const slot = this.slotOf(a, b);
    const known = this.slots[slot];
    if (known !== 0) return known - 1;
    this.firsts.push(a);
    this.seconds.push(b);
    const count = this.kept.push(undefined);
    this.slots[slot] = count;
    if (2 * count >= this.slots.length) this.grow();
    return this.kept.length - 1;
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

  /** Make room; what was deleted goes, all but the last, which is only now coming. */
  grow() {
    const last = this.kept.length - 1;
    if (this.kept.indexOf(undefined) < last) {
      const isKept = (/** @type {unknown} */ _, /** @type {number} */ place) => place === last || this.kept[place] !== undefined;
      this.firsts = this.firsts.filter(isKept);
      this.seconds = this.seconds.filter(isKept);
      this.kept = this.kept.filter(isKept);
    }
    const { firsts, seconds } = this;
    const slots = new Int32Array(4 * this.slots.length);
    const mask = slots.length - 1;
    for (let place = 0; place < firsts.length; place++) {
      let slot = hash(firsts[place], seconds[place]) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = place + 1;
    }
    this.slots = slots;
  }
}

/**
 * @param {number} a
 * @param {number} b
 */
function hash(a, b) {
  const mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
