// Items in the order in which they are recommended.

import assert from "node:assert/strict";
import test from "node:test";

import { first, placesMoved } from "../../explorer/components/rows/ranking.js";

test("the likeliest items come first, without those of the history", () => {
  const probabilities = Float32Array.of(0.1, 0.4, 0.2, 0.2, 0.1);
  assert.deepEqual(first(probabilities, new Set(), 3), [1, 2, 3]);
  assert.deepEqual(first(probabilities, new Set([1, 2]), 9), [3, 0, 4]);
  assert.deepEqual(first(probabilities, new Set([0, 1, 2, 3, 4]), 9), []);
});

test("places moved", () => {
  assert.equal(placesMoved([4, 2, 7], 7, 0), 2);
  assert.equal(placesMoved([4, 2, 7], 4, 2), -2);
  assert.equal(placesMoved([4, 2, 7], 9, 0), 0);
  assert.equal(placesMoved([], 4, 0), 0);
});
