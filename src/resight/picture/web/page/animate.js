/**
 * Changes that take a moment, so that the eye keeps its place.
 */

/** How long, in milliseconds: enough to be followed, too short to be waited for. */
const DURATION = 220;

/**
 * Call `step` with the share of the way that is done, from 0 to 1, until it has arrived. Readers who asked their
 * system for less motion see the end at once.
 *
 * @param {(share: number) => void} step
 * @returns {() => void}  stops where it is
 */
export function animate(step) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    step(1);
    return () => {};
  }
  let frame = 0;
  let began = -1;
  const next = (/** @type {number} */ now) => {
    if (began < 0) began = now;
    const share = Math.min((now - began) / DURATION, 1);
    frame = share < 1 ? requestAnimationFrame(next) : 0;
    step(eased(share));
  };
  frame = requestAnimationFrame(next);
  return () => cancelAnimationFrame(frame);
}

/**
 * Slow at both ends.
 *
 * @param {number} share
 */
export function eased(share) {
  return share * share * (3 - 2 * share);
}
