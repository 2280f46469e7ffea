import assert from "node:assert/strict";
import { test } from "node:test";
import {
  between, bringIn, moveBy, seenBy, showFirst, showWhole, toPicture, toWindow, zoomAt,
} from "../../../src/resight/picture/web/page/camera.js";

const CAMERA = { x: 300, y: -20, zoom: 0.5 };
const SIZE = { width: 800, height: 600 };

/**
 * @param {{x: number, y: number}} a
 * @param {{x: number, y: number}} b
 */
function near(a, b) {
  assert.ok(Math.hypot(a.x - b.x, a.y - b.y) < 1e-6, `${a.x}, ${a.y} is not ${b.x}, ${b.y}`);
}

test("from the window to the picture and back", () => {
  const { x, y } = toPicture(CAMERA, SIZE, 17, 42);
  near(toWindow(CAMERA, SIZE, x, y), { x: 17, y: 42 });
  near(toWindow(CAMERA, SIZE, CAMERA.x, CAMERA.y), { x: 400, y: 300 });
});

test("the point under the pointer stays under it, also where the zoom ends", () => {
  const before = toPicture(CAMERA, SIZE, 100, 500);
  for (const factor of [0.001, 0.7, 1, 1.3, 1000]) {
    const camera = zoomAt(CAMERA, SIZE, 100, 500, factor, 0.1);
    near(toPicture(camera, SIZE, 100, 500), before);
    assert.ok(camera.zoom >= 0.1 && camera.zoom <= 4);
  }
});

test("the picture moves with the pointer", () => {
  const before = toPicture(CAMERA, SIZE, 100, 100);
  near(toPicture(moveBy(CAMERA, 30, -12), SIZE, 130, 88), before);
});

test("a small picture is shown whole and not enlarged, a large one from where it begins", () => {
  assert.deepEqual(showFirst({ x: 0, y: 0, width: 200, height: 100 }, SIZE, true), { x: 100, y: 50, zoom: 1 });
  const tall = { x: -100, y: 0, width: 200, height: 50000 };
  const first = seenBy(showFirst(tall, SIZE, true), SIZE);
  assert.ok(first.y <= 0 && first.y > -60);
  assert.ok(first.x <= -100 && first.x + first.width >= 100);
  const long = seenBy(showFirst({ x: 0, y: -100, width: 50000, height: 200 }, SIZE, false), SIZE);
  assert.ok(long.x <= 0 && long.x > -60);
});

test("all of a picture is in the window that shows it whole", () => {
  const picture = { x: -7, y: 13, width: 90000, height: 400 };
  const seen = seenBy(showWhole(picture, SIZE), SIZE);
  assert.ok(seen.x <= picture.x && seen.x + seen.width >= picture.x + picture.width);
});

test("what is brought in is in the window; what is there already does not move it", () => {
  const far = { x: 5000, y: 5000, width: 100, height: 40 };
  const seen = seenBy(bringIn(CAMERA, far, SIZE), SIZE);
  assert.ok(seen.x <= far.x && seen.x + seen.width >= far.x + far.width && seen.y <= far.y && seen.y + seen.height >= far.y + far.height);
  const here = { x: 280, y: -30, width: 40, height: 20 };
  assert.deepEqual(bringIn({ ...CAMERA, zoom: 1 }, here, SIZE), { ...CAMERA, zoom: 1 });
});

test("on the way the zoom changes by equal factors", () => {
  const [from, to] = [{ x: 0, y: 0, zoom: 0.25 }, { x: 10, y: 20, zoom: 4 }];
  assert.deepEqual(between(from, to, 0), from);
  assert.deepEqual(between(from, to, 0.5), { x: 5, y: 10, zoom: 1 });
  assert.deepEqual(between(from, to, 1), to);
});
