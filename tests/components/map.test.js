import assert from "node:assert/strict";
import { test } from "node:test";

import { evenly, inside } from "../../explorer/components/shared/map/geometry.js";
import { doubt } from "../../explorer/components/shared/map/hover.js";
import { onKeys } from "../../explorer/components/shared/map/keys.js";
import { covers, pointSize } from "../../explorer/components/shared/map/points.js";
import { viewOf } from "../../explorer/components/shared/map/scatter.js";
import { Viewport } from "../../explorer/components/shared/map/viewport.js";

/** A viewport of 200 × 100 that shows the box from (0, 0) to (10, 10). */
function fitted() {
  const viewport = new Viewport();
  viewport.resize(200, 100);
  viewport.fit({ left: 0, top: 0, width: 10, height: 10 });
  return viewport;
}

const near = (actual, expected) =>
  actual.forEach((value, at) => assert.ok(Math.abs(value - expected[at]) < 1e-9, `${actual} is not ${expected}`));

test("fitting shows the whole box with a margin, its middle in the middle", () => {
  const viewport = fitted();
  near([viewport.scale], [9.2]);
  near(viewport.toScreen([5, 5]), [100, 50]);
  near(viewport.toScreen([10, 10]), [146, 4]); // y points up on the map
  near(viewport.toMap([146, 4]), [10, 10]);
});

test("zooming leaves the point below the pointer where it is, within limits", () => {
  const viewport = fitted();
  const point = viewport.toMap([30, 80]);
  viewport.zoom(3, [30, 80]);
  near(viewport.toMap([30, 80]), point);
  near([viewport.scale], [27.6]);
  viewport.zoom(1e9, [30, 80]);
  near([viewport.scale], [400 * 9.2]);
  viewport.zoom(1e-9, [30, 80]);
  near([viewport.scale], [0.2 * 9.2]);
  near(viewport.toMap([30, 80]), point);
});

test("panning moves the map with the pointer", () => {
  const viewport = fitted();
  const point = viewport.toMap([50, 50]);
  viewport.pan(viewport.centre, 20, -10);
  near(viewport.toScreen(point), [70, 40]);
});

test("a wider screen shows the same part, larger", () => {
  const viewport = fitted();
  viewport.resize(400, 200);
  near([viewport.scale], [18.4]);
  near(viewport.toScreen([5, 5]), [200, 100]);
  near(viewport.within([-5, 300]), [0, 200]);
});

test("points of another map start where they were on the screen", () => {
  const viewport = fitted();
  const before = { centre: [1, 2], scale: 4.6 };
  const [x, y] = viewport.asSeenBefore(Float32Array.of(3, 6), before);
  near(viewport.toScreen([x, y]), [100 + 2 * 4.6, 50 - 4 * 4.6]);
});

test("WebGL sees the centre at 0 and the edges at ±1", () => {
  const [scaleX, scaleY, offsetX, offsetY] = viewOf([3, -2], 10, 200, 100);
  near([3 * scaleX + offsetX, -2 * scaleY + offsetY], [0, 0]);
  near([13 * scaleX + offsetX, 3 * scaleY + offsetY], [1, 1]);
});

test("points are smaller where there are many, and grow a little by zooming", () => {
  assert.equal(pointSize(100, 1), 9);
  assert.equal(pointSize(10_000, 1), 5);
  assert.equal(pointSize(1_000_000, 1), 3);
  near([pointSize(1_000_000, 1e6)], [6.6]);
  assert.equal(pointSize(10_000, 0), 5);
});

test("a drawing with a margin of a fifth covers the screen until it has moved that far", () => {
  assert.equal(covers(100, 20, 1), true);
  assert.equal(covers(100, -20.1, 1), false);
  assert.equal(covers(100, 0, 0.71), false);
  assert.equal(covers(100, 90, 2), true);
});

test("the lasso holds what lies inside of it, also where it is dented", () => {
  const dented = [
    [0, 0],
    [4, 0],
    [4, 4],
    [2, 1],
    [0, 4],
  ];
  assert.equal(inside(dented, 0.5, 2), true);
  assert.equal(inside(dented, 2, 3), false);
  assert.equal(inside(dented, 5, 1), false);
});

test("points at even distances along a bent line", () => {
  const line = [
    [0, 0],
    [3, 0],
    [3, 0],
    [3, 1],
  ];
  assert.deepEqual(evenly(line, 5), [
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 0],
    [3, 1],
  ]);
  assert.deepEqual(
    evenly(
      [
        [1, 1],
        [1, 1],
      ],
      2,
    ),
    [
      [1, 1],
      [1, 1],
    ],
  );
});

test("a decoded image says how far to trust it", () => {
  assert.equal(doubt(true, 0), "decoded here");
  assert.equal(doubt(false, 0.6), "decoded here, about");
  assert.equal(doubt(false, 0.5), "far from data, a guess");
});

test("keys of the map do one thing each and no other key is taken", () => {
  const calls = [];
  const log =
    (name) =>
    (...rest) =>
      calls.push([name, ...rest]);
  const listener = onKeys({
    pan: log("pan"),
    move: log("move"),
    zoom: log("zoom"),
    fit: log("fit"),
    escape: log("escape"),
    enter: () => false,
  });
  let prevented = 0;
  const press = (key, shiftKey = false) => listener({ key, shiftKey, timeStamp: 1, preventDefault: () => prevented++ });
  press("ArrowUp");
  press("ArrowLeft", true);
  for (const key of ["+", "=", "-", "0", "Escape"]) press(key);
  assert.equal(prevented, 7);
  for (const key of ["Enter", "Tab", "a"]) press(key);
  assert.equal(prevented, 7);
  assert.deepEqual(calls, [
    ["move", 0, -8, 1],
    ["pan", -40, 0],
    ["zoom", 1.25],
    ["zoom", 1.25],
    ["zoom", 0.8],
    ["fit"],
    ["escape"],
  ]);
});
