/**
 * What the page shows: one plain object, the only truth. Views read it, ask for changes by the functions below, and
 * redraw when told; no view writes to another.
 */

/**
 * Where a window looks: the point of the picture in its middle, and window pixels to one of the picture.
 *
 * @typedef {object} Camera
 * @property {number} x
 * @property {number} y
 * @property {number} zoom
 */

/**
 * @typedef {object} State
 * @property {number | null} depth   modules are open to this depth; null: as far as stays readable
 * @property {number[]} turned       module calls that are open though `depth` closes them, or closed though it opens them
 * @property {string} selected       `op-12`, `call-3`, `skip-4`, `out-0`, or `""`
 * @property {string} hovered        the same, under the pointer; not kept
 * @property {Camera | null} camera  null: all of the picture, or its beginning
 * @property {string} colour         what boxes are coloured by: `kind`, `parameters`, ...
 * @property {number} step           op the player stands at, -1 for none
 * @property {boolean} playing       not kept
 * @property {string} theme          `light`, `dark`, `""` to follow the system
 * @property {string} language       `en`, `zh`, `""` to follow the browser
 */

/** @type {State} */
export const START = {
  depth: null, turned: [], selected: "", hovered: "", camera: null, colour: "kind", step: -1, playing: false, theme: "", language: "",
};

/**
 * @callback Listener
 * @param {State} state
 * @param {State} before
 */

/** Holds the state and tells who listens, in the order they came. */
export class Store {
  /** @param {State} state */
  constructor(state) {
    this.state = state;
    /** @type {Set<Listener>} */
    this.listeners = new Set();
    /** Changes that not everybody knows of yet. @type {[State, State][]} */
    this.news = [];
  }

  /**
   * Change the state: `store.change(select, "op-3")`. Nobody is told where nothing changes. A listener may ask for
   * further changes: all hear of them after the one they are told of.
   *
   * @template {unknown[]} A
   * @param {(state: State, ...rest: A) => State} how  a pure function
   * @param {A} rest
   */
  change(how, ...rest) {
    const before = this.state;
    const next = how(before, ...rest);
    if (next === before || sameState(next, before)) return;
    this.state = next;
    this.news.push([next, before]);
    if (this.news.length > 1) return; // whoever is telling now goes on to this one
    try {
      for (const [state, old] of this.news) for (const listener of this.listeners) listener(state, old);
    } finally {
      this.news = []; // also where a listener failed: the next change is told again
    }
  }

  /**
   * @param {Listener} listener
   * @returns {() => void}  stops listening
   */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/**
 * @param {State} a
 * @param {State} b
 */
function sameState(a, b) {
  const keys = /** @type {(keyof State)[]} */ (Object.keys(a));
  return keys.every((key) => a[key] === b[key]);
}

/**
 * @param {State} state
 * @param {string} selected
 * @returns {State}
 */
export function select(state, selected) {
  return { ...state, selected };
}

/**
 * @param {State} state
 * @param {string} hovered
 * @returns {State}
 */
export function hover(state, hovered) {
  return { ...state, hovered };
}

/**
 * Open a module call that is closed, close one that is open.
 *
 * @param {State} state
 * @param {number} call
 * @returns {State}
 */
export function turn(state, call) {
  const { turned } = state;
  return { ...state, turned: turned.includes(call) ? turned.filter((c) => c !== call) : [...turned, call] };
}

/**
 * `turn` for several module calls at once.
 *
 * @param {State} state
 * @param {number[]} calls
 * @returns {State}
 */
export function turnAll(state, calls) {
  return calls.reduce(turn, state);
}

/**
 * Open all modules down to a depth, and no others; null: as far as stays readable.
 *
 * @param {State} state
 * @param {number | null} depth
 * @returns {State}
 */
export function openTo(state, depth) {
  return { ...state, depth, turned: [] };
}

/**
 * @param {State} state
 * @param {Camera | null} camera
 * @returns {State}
 */
export function look(state, camera) {
  return { ...state, camera };
}

/**
 * @param {State} state
 * @param {string} colour
 * @returns {State}
 */
export function colourBy(state, colour) {
  return { ...state, colour };
}

/**
 * @param {State} state
 * @param {number} step
 * @returns {State}
 */
export function goTo(state, step) {
  return { ...state, step };
}

/**
 * @param {State} state
 * @param {boolean} playing
 * @returns {State}
 */
export function play(state, playing) {
  return { ...state, playing };
}

/**
 * @param {State} state
 * @param {string} theme
 * @returns {State}
 */
export function useTheme(state, theme) {
  return { ...state, theme };
}

/**
 * @param {State} state
 * @param {string} language
 * @returns {State}
 */
export function speak(state, language) {
  return { ...state, language };
}

/**
 * Another state altogether, as one that came in an address.
 *
 * @param {State} state
 * @param {State} next
 * @returns {State}
 */
export function become(state, next) {
  const turned = state.turned.join() === next.turned.join() ? state.turned : next.turned;
  return { ...next, turned, hovered: state.hovered, playing: state.playing };
}
