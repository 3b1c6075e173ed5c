import assert from "node:assert/strict";
import { test } from "node:test";

import { Grid, boxAround } from "../../explorer/components/shared/map/grid.js";
import { nearestCodes, weightsOf } from "../../explorer/components/shared/map/nearest.js";
import { Space } from "../../explorer/components/shared/map/space.js";

/** `count` numbers in (0, 1), the same each time (Park and Miller 1988). */
function random(count, seed = 1) {
  let state = seed;
  return Float64Array.from({ length: count }, () => (state = (state * 48271) % 2147483647) / 2147483647);
}

/** All points by their distance, found without a grid. */
function sorted(points, at) {
  const dims = at.length;
  return Array.from({ length: points.length / dims }, (_, index) => ({
    index,
    distance: Math.hypot(...at.map((value, d) => points[index * dims + d] - value)),
  })).sort((a, b) => a.distance - b.distance);
}

const XY = random(2 * 500).map((value, at) => (at % 2 ? 3 * value : value ** 3)); // denser at one side

for (const at of [
  [0.5, 1.5],
  [0, 0],
  [1, 3],
  [-4, 10],
  [0.01, 2],
]) {
  test(`the grid finds the nearest of ${at} as a search through all points does`, () => {
    const grid = new Grid(XY);
    assert.deepEqual(
      grid.nearest(...at, 8).map(({ index }) => index),
      sorted(XY, at).slice(0, 8).map(({ index }) => index),
    );
    const even = sorted(XY, at).filter(({ index }) => index % 2 === 0);
    assert.deepEqual(grid.nearest(...at, 3, (index) => index % 2 === 0), even.slice(0, 3));
  });
}

test("the box around points is never empty", () => {
  assert.deepEqual(boxAround([1, 5, -2, 7, 0, 6]), { left: -2, top: 5, width: 3, height: 2 });
  assert.deepEqual(boxAround([3, 4]), { left: 3, top: 4, width: 1e-9, height: 1e-9 });
});

test("of few points, all are found; all in one place is no trouble", () => {
  assert.equal(new Grid([0, 0, 1, 1, 2, 5]).nearest(9, 9, 8).length, 3);
  assert.equal(new Grid([2, 2, 2, 2]).nearest(2, 2, 2).length, 2);
  assert.deepEqual(new Grid([0, 0, 1, 1]).nearest(0, 0, 1, () => false), []);
});

test("the spacing is the median distance to the nearest neighbour", () => {
  assert.equal(new Grid([0, 0, 1, 0, 3, 0, 6, 0, 10, 0]).spacing(), 2); // 1, 1, 2, 3, 4
});

test("the nearest codes, and the weights 1/distance² that sum to 1", () => {
  const mu = random(300 * 4, 7);
  const z = [0.2, 0.9, 0.5, 0.5];
  const best = nearestCodes(mu, z, 8);
  assert.deepEqual(
    best.map(({ index }) => index),
    sorted(mu, z).slice(0, 8).map(({ index }) => index),
  );
  const [first, second, third] = weightsOf([1, 2, 4].map((distance, index) => ({ index, distance })), 0);
  assert.ok(Math.abs(first - 16 / 21) < 1e-12 && Math.abs(second - 4 / 21) < 1e-12 && Math.abs(third - 1 / 21) < 1e-12);
});

test("a point of a t-SNE map stands for the mean of the 8 nearest codes by 1/distance²", () => {
  const mu = random(500 * 3, 3);
  const space = new Space(XY, mu, 3, { kind: "near" });
  const at = [0.3, 1.2];
  const near = sorted(XY, at).slice(0, 8);
  const total = near.reduce((sum, { distance }) => sum + 1 / distance ** 2, 0);
  const { z, trust } = space.toCode(...at);
  for (let d = 0; d < 3; d++) {
    const mean = near.reduce((sum, { index, distance }) => sum + mu[3 * index + d] / distance ** 2 / total, 0);
    assert.ok(Math.abs(z[d] - mean) < 1e-4);
  }
  assert.equal(trust, 1);
  assert.equal(space.exact, false);
});

test("and a code stands for the mean of the positions of the 8 nearest codes", () => {
  const mu = random(500 * 3, 3);
  const space = new Space(XY, mu, 3, { kind: "near" });
  const z = [0.4, 0.6, 0.5];
  const near = sorted(mu, z).slice(0, 8);
  const total = near.reduce((sum, { distance }) => sum + 1 / distance ** 2, 0);
  const point = space.toPoint(z);
  for (const axis of [0, 1]) {
    const mean = near.reduce((sum, { index, distance }) => sum + XY[2 * index + axis] / distance ** 2 / total, 0);
    assert.ok(Math.abs(point[axis] - mean) < 1e-6);
  }
});

test("at an image the map has that image's own code", () => {
  const mu = random(500 * 3, 3);
  const { z } = new Space(XY, mu, 3, { kind: "near" }).toCode(XY[20], XY[21]);
  for (let d = 0; d < 3; d++) assert.ok(Math.abs(z[d] - mu[30 + d]) < 1e-3);
});

test("a plane is the latent plane, PCA is linear, and both lead there and back", () => {
  const plane = new Space(XY, XY, 2, { kind: "plane" });
  assert.deepEqual([...plane.toCode(0.25, 0.5).z], [0.25, 0.5]);
  assert.deepEqual(plane.toPoint([0.25, 0.5]), [0.25, 0.5]);
  const axes = [
    [0.6, 0],
    [0.8, 0],
    [0, 1],
  ];
  const pca = new Space(XY, random(1500), 3, { kind: "pca", mean: [1, 2, 3], axes });
  const { z } = pca.toCode(5, -2);
  [4, 6, 1].forEach((value, d) => assert.ok(Math.abs(z[d] - value) < 1e-12));
  pca.toPoint(z).forEach((value, axis) => assert.ok(Math.abs(value - [5, -2][axis]) < 1e-12));
  assert.equal(pca.exact, true);
});

test("trust is full near the data and gone 12 % of the width beyond three gaps", () => {
  const line = Float64Array.from({ length: 22 }, (_, at) => (at % 2 ? 0 : at / 2)); // (0, 0), (1, 0) … (10, 0)
  const space = new Space(line, line, 2, { kind: "plane" });
  assert.equal(space.toCode(5, 3).trust, 1);
  assert.ok(Math.abs(space.toCode(5, 3.6).trust - 0.5) < 1e-9);
  assert.equal(space.toCode(5, 4.3).trust, 0);
});
