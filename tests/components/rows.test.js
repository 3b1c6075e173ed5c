// Values of columns as people read them, and how far they moved.

import assert from "node:assert/strict";
import test from "node:test";

import { changeOf, partOf, textOf } from "../../explorer/components/rows/values.js";

/** @type {import("../../explorer/components/rows/values.js").Column} */
const NUMBER = { name: "height", kind: "numeric", categories: [], mean: 170, std: 10, digits: 1, start: 0, width: 1 };

test("a number in its own units", () => {
  const row = Float32Array.of(0.5, 0.2, 0.7, 0.1, 0.9);
  assert.equal(textOf(NUMBER, partOf(NUMBER, row)), "175.0");
  assert.equal(textOf({ ...NUMBER, mean: 0, std: 1, digits: -2 }, [-3]), "−3");
  assert.equal(textOf({ ...NUMBER, kind: "positive", mean: 2, std: 1, digits: 2 }, [0]), "7.39");
  assert.equal(textOf({ ...NUMBER, kind: "date", mean: 18262, std: 1, digits: 0 }, [1]), "2020-01-02");
  assert.equal(textOf({ ...NUMBER, kind: "date", mean: 1e12, std: 1, digits: 0 }, [1]), "–");
});

test("categories with their probability", () => {
  const row = Float32Array.of(0.5, 0.2, 0.7, 0.1, 0.9);
  const city = { ...NUMBER, kind: /** @type {const} */ ("categorical"), categories: ["Oslo", "Paris", "Rome"], start: 1, width: 3 };
  const coat = { ...NUMBER, kind: /** @type {const} */ ("binary"), categories: ["no", "yes"], start: 4, width: 1 };
  assert.equal(textOf(city, partOf(city, row)), "Paris 70 %");
  assert.equal(textOf(coat, partOf(coat, row)), "yes 90 %");
});

test("changes", () => {
  assert.equal(changeOf([1.5], [2]), -0.5);
  assert.equal(changeOf([0.5, 0.5, 0], [1, 0, 0]), 0.5);
});
