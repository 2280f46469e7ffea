/**
 * Two pages that move together: what one shows, the other shows of its own network.
 *
 * @import {Knots, Counterparts, Side} from "./counterparts.js"
 * @import {Page} from "../page/page.js"
 * @import {Camera, State} from "../page/state.js"
 */
import { showFirst, showWhole } from "../page/camera.js";
import { carried } from "./counterparts.js";

const SIDES = /** @type {Side[]} */ ([0, 1]);

export class Couple {
  /**
   * @param {Page[]} pages
   * @param {Counterparts} counterparts
   */
  constructor(pages, counterparts) {
    this.pages = pages;
    this.counterparts = counterparts;
    this.isCarrying = false;
    /** Where what is selected was chosen. @type {Side} */
    this.chosenIn = 0;
    /** Knots between the two pictures that are seen, by side. @type {(Knots | null)[]} */
    this.knots = [null, null];
    this.openLike(0);
    for (const side of SIDES) {
      const { map } = pages[side];
      map.first = () => this.fitted(side, showFirst);
      map.showAll = () => map.turnTo(this.fitted(side, showWhole));
      pages[side].store.subscribe((state, before) => {
        if (state.turned !== before.turned || state.depth !== before.depth) this.knots = [null, null];
        if (!this.isCarrying) this.carry(side, before);
      });
    }
    // each shows at first what depends on the other's size
    const sizes = new ResizeObserver(() => pages.forEach(({ map }) => map.ask()));
    for (const { map } of pages) sizes.observe(map.canvas);
  }

  /**
   * The other page shows what this one shows now.
   *
   * @param {Side} side
   * @param {State} before  of this one
   */
  carry(side, before) {
    const { state } = this.pages[side].store;
    const { depth, turned, camera, hovered, selected } = state;
    const other = (/** @type {string} */ id) => this.counterparts.near(side, id);
    this.isCarrying = true;
    if (selected !== before.selected) this.chosenIn = side;
    if (depth !== before.depth || turned !== before.turned) this.openLike(side);
    const seen = { camera: camera && this.cameraBeside(side, camera), hovered: other(hovered) };
    const chosen = selected === before.selected ? {} : { selected: other(selected) };
    this.pages[1 - side].store.change((its) => ({ ...its, ...seen, ...chosen }));
    this.isCarrying = false;
  }

  /**
   * Open in the other network what is open in this one.
   *
   * @param {Side} side
   */
  openLike(side) {
    const [here, there] = [this.pages[side], this.pages[1 - side]];
    const { depth } = here.store.state;
    const its = there.store.state;
    const began = { ...its, depth, turned: its.depth === depth ? its.turned : [] };
    const [open, itsOpen] = [here.folding.openAt(here.store.state), there.folding.openAt(began)];
    const turned = new Set(began.turned);
    for (const [call, other] of this.counterparts.calls[side]) {
      if (open[call] === itsOpen[other] || !there.folding.canOpen(began, other)) continue;
      if (!turned.delete(other)) turned.add(other);
    }
    const isSame = turned.size === its.turned.length && its.turned.every((call) => turned.has(call));
    there.store.change((now) => ({ ...now, depth, turned: isSame ? now.turned : [...turned] }));
  }

  /**
   * The camera of the other page that looks at the counterpart of what this one's looks at.
   *
   * @param {Side} side
   * @param {Camera} camera
   * @returns {Camera}
   */
  cameraBeside(side, camera) {
    const [here, there] = [this.pages[side].map.picture, this.pages[1 - side].map.picture];
    const knots = (this.knots[side] ??= this.counterparts.knots(side, here, there));
    return here.isDown ? { ...camera, y: carried(knots, camera.y) } : { ...camera, x: carried(knots, camera.x) };
  }

  /**
   * Where a page looks so that both pictures fit: the one that needs more room is shown as it would be alone.
   *
   * @param {Side} side
   * @param {typeof showFirst} fit
   * @returns {Camera}
   */
  fitted(side, fit) {
    const alone = this.pages.map(({ map }) => fit(map.picture.bounds, map.size, map.picture.isDown));
    const leader = /** @type {Side} */ (alone[0].zoom <= alone[1].zoom ? 0 : 1);
    return side === leader ? alone[side] : this.cameraBeside(leader, alone[leader]);
  }
}
