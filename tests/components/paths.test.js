import assert from "node:assert/strict";
import { test } from "node:test";

import { codeAt, codesAlong, legAt, linear, spherical } from "../../explorer/components/interpolate/paths.js";

const near = (actual, expected) =>
  actual.forEach((value, at) => assert.ok(Math.abs(value - expected[at]) < 1e-12, `${actual} is not ${expected}`));

test("a straight line is even", () => {
  assert.deepEqual(linear([0, 4], [4, 0], 0.25), [1, 3]);
});

test("an arc keeps the length, and changes it evenly between codes of two lengths", () => {
  const half = Math.SQRT1_2;
  near(spherical([1, 0], [0, 1], 0.5), [half, half]);
  near(spherical([1, 0], [0, 3], 0.5), [2 * half, 2 * half]);
  near(spherical([2, 0], [0, 2], 0), [2, 0]);
  near(spherical([2, 0], [0, 2], 1), [0, 2]);
});

test("where no arc is defined it is the straight line", () => {
  assert.deepEqual(spherical([0, 0], [2, 2], 0.5), [1, 1]);
  assert.deepEqual(spherical([1, 0], [3, 0], 0.5), [2, 0]);
  assert.deepEqual(spherical([1, 0], [-1, 0], 0.5), [0, 0]);
});

test("legs are equally long, and the end belongs to the last", () => {
  assert.deepEqual(legAt(3, 0.75), { leg: 1, share: 0.5 });
  assert.deepEqual(legAt(3, 0.5), { leg: 1, share: 0 });
  assert.deepEqual(legAt(3, 1), { leg: 1, share: 1 });
  const codes = [[0], [10], [40]];
  const along = [0, 0.25, 0.5, 0.75, 1].map((place) => codeAt(codes, place, "linear"));
  assert.deepEqual(along, [[0], [5], [10], [25], [40]]);
  assert.deepEqual(codeAt([[7]], 0.3, "spherical"), [7]);
});

test("codes along a path include its ends", () => {
  assert.deepEqual(codesAlong([[0], [10], [40]], 3, "linear"), [[0], [10], [40]]);
});
