/**
 * The map: the network on a canvas that fills the window.
 *
 * @import {Rectangle, Size} from "./camera.js"
 * @import {Before} from "./motion.js"
 * @import {Page} from "./page.js"
 * @import {Picture} from "./folding.js"
 * @import {Tint} from "./pieces.js"
 * @import {Sheet} from "./paint.js"
 * @import {Seen} from "./seen.js"
 * @import {Camera, State} from "./state.js"
 */
import { THEMES } from "../palette.js";
import { animate } from "./animate.js";
import { bringIn, moveBy, seenBy, showFirst, showWhole, wholeZoom } from "./camera.js";
import { differing, findBox, seenId } from "./folding.js";
import { paintMoving, remember, shifted } from "./motion.js";
import { clear, paint } from "./paint.js";
import { Pieces } from "./pieces.js";
import { findSeen } from "./seen.js";
import { look } from "./state.js";

/** What is seen of a picture that is not painted yet. @type {Seen} */
const NOTHING = { frames: [], boxes: [], strands: [], arcs: [] };

/**
 * Something that another view paints over the map; `sheet` says where the window lies.
 *
 * @callback Overlay
 * @param {Sheet} sheet
 * @param {Picture} picture
 */

export class MapView {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Page} page
   */
  constructor(canvas, page) {
    this.canvas = canvas;
    this.page = page;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    /** @type {Size} */
    this.size = { width: 1, height: 1 };
    this.frame = 0;
    /** @type {Set<Overlay>} */
    this.overlays = new Set();
    /** @type {Tint | null} */
    this.tint = null;
    /** Where boxes stood before the last fold, while they move. @type {Before | null} */
    this.before = null;
    /** Where the canvas lay when it was last looked at. @type {{left: number, top: number, width: number, height: number, window: string} | null} */
    this.place = null;
    this.share = 1;
    this.stop = () => {};
    /** Where the window looks before anybody moved it. @type {() => Camera} */
    this.first = () => showFirst(this.picture.bounds, this.size, this.picture.isDown);
    this.picture = page.folding.at(page.store.state);
    this.pieces = this.newPieces();
    this.seen = findSeen(this.picture, this.pieces, this.picture.bounds, 0);
    new ResizeObserver(() => this.resize()).observe(canvas);
    for (const weight of [400, 600]) page.document.fonts.load(`${weight} 12px Inter`).then(() => this.ask());
    page.store.subscribe((state, before) => this.follow(state, before));
  }

  /**
   * @param {State} state
   * @param {State} before
   */
  follow(state, before) {
    if (state.depth !== before.depth || state.turned !== before.turned) this.refold(state, before);
    this.ask();
  }

  /**
   * The picture of a new fold state. What was turned keeps its place in the window.
   *
   * @param {State} state
   * @param {State} before
   */
  refold(state, before) {
    const camera = this.cameraOf(before);
    const turned = state.depth === before.depth ? differing(state.turned, before.turned) : [];
    const stood = turned.map((call) => findBox(this.picture, `call-${call}`));
    const places = this.seen === NOTHING ? this.before : remember(this.picture, this.seen); // two changes before a paint
    const { folded } = this.picture;
    this.picture = this.page.folding.at(state);
    this.seen = NOTHING;
    if (this.picture.folded === folded) this.pieces.picture = this.picture; // a module was turned: the rest looks as it did
    else this.pieces = this.newPieces();
    const shift = this.shiftOf(turned, stood);
    this.before = shifted(places, shift ?? { x: 0, y: 0 });
    if (state.camera === before.camera) this.turnTo(shift === null ? null : { ...camera, x: camera.x + shift.x, y: camera.y + shift.y });
    this.stop();
    this.share = 0;
    this.stop = animate((share) => {
      this.share = share;
      this.ask();
    });
  }

  /**
   * How far the first of some calls that is in both pictures moved from one to the next; null without one.
   *
   * @param {number[]} calls
   * @param {(Rectangle | null)[]} stood  where they were
   */
  shiftOf(calls, stood) {
    for (const [i, call] of calls.entries()) {
      const [was, is] = [stood[i], findBox(this.picture, `call-${call}`)];
      if (was !== null && is !== null) return { x: is.x + is.width / 2 - was.x - was.width / 2, y: is.y - was.y };
    }
    return null;
  }

  /** Where the window looks now. @returns {Camera} */
  camera() {
    return this.cameraOf(this.page.store.state);
  }

  /**
   * @param {State} state
   * @returns {Camera}
   */
  cameraOf({ camera }) {
    return camera ?? this.first();
  }

  /** The farthest that makes sense: a little beyond all of the picture. */
  farthest() {
    return wholeZoom(this.picture.bounds, this.size) / 1.5;
  }

  /** @param {Camera | null} camera */
  turnTo(camera) {
    this.page.store.change(look, camera);
  }

  /** Show all of the picture, however small. */
  showAll() {
    this.turnTo(showWhole(this.picture.bounds, this.size));
  }

  /**
   * Colour boxes by something else than their kind; null for their kind again.
   *
   * @param {Tint | null} tint
   */
  colour(tint) {
    this.tint = tint;
    this.pieces = this.newPieces();
    this.ask();
  }

  /**
   * @param {Overlay} overlay
   * @returns {() => void}  takes it away
   */
  addOverlay(overlay) {
    this.overlays.add(overlay);
    this.ask();
    return () => {
      this.overlays.delete(overlay);
      this.ask();
    };
  }

  newPieces() {
    return new Pieces(this.picture, THEMES[this.page.theme()], this.tint);
  }

  /**
   * The canvas has another size. What it shows stays where it is on the screen, unless the window itself changed, or
   * the picture is shown as at first.
   */
  resize() {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const place = { left, top, width, height, window: `${innerWidth} ${innerHeight}` };
    const [before, camera] = [this.place, this.camera()];
    this.place = place;
    this.size = { width, height };
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    const { camera: asked, selected } = this.page.store.state;
    if (before?.window === place.window && (asked !== null || selected !== "")) {
      const dx = left + width / 2 - before.left - before.width / 2;
      const dy = top + height / 2 - before.top - before.height / 2;
      this.turnTo(this.keepChosen(moveBy(camera, -dx, -dy)));
    }
    this.paint();
  }

  /**
   * A camera that has not lost what is selected to a part of the page beside the map.
   *
   * @param {Camera} camera
   */
  keepChosen(camera) {
    const { model, store } = this.page;
    const box = findBox(this.picture, seenId(this.picture, model.payload, store.state.selected));
    return box === null ? camera : bringIn(camera, box, this.size);
  }

  /** Paint before the next frame is shown, however often it is asked for. */
  ask() {
    this.frame ||= requestAnimationFrame(() => this.paint());
  }

  paint() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const camera = this.camera();
    const { size, context } = this;
    /** @type {Sheet} */
    const sheet = { context, camera, size, ratio: devicePixelRatio };
    this.seen = findSeen(this.picture, this.pieces, seenBy(camera, size), camera.zoom);
    clear(sheet, this.pieces.theme.background);
    if (this.before !== null && this.share < 1) paintMoving(sheet, this.seen, this.pieces, this.before, this.share);
    else {
      paint(sheet, this.seen, this.pieces);
      for (const overlay of this.overlays) overlay(sheet, this.picture);
    }
  }
}
