import assert from "node:assert/strict";
import { test } from "node:test";

import { neighbour, placeOf } from "../../explorer/components/codebook/cells.js";
import { Grid, distances, nearestOf, sortedBy } from "../../explorer/components/codebook/grid.js";

const WORDS = [
  [0, 0],
  [1, 0],
  [0, 2],
];
const GRID = new Grid(WORDS, 2);
const Z = [...[0, 1, 0, 1], ...[0, 0, 2, 0]]; // words 0 1 2 1: the first number of all cells, then the second

test("a code holds the first number of all cells, then the second", () => {
  assert.deepEqual(GRID.vectorAt(Z, 2), [0, 2]);
  assert.deepEqual(GRID.wordsOf(Z), [0, 1, 2, 1]);
  assert.deepEqual([...GRID.put(Z, 0, 2)], [...[0, 1, 0, 1], ...[2, 0, 2, 0]]);
  assert.deepEqual(Z.slice(0, 1), [0]);
});

test("words are sorted by their distance", () => {
  const far = distances(WORDS, [0.9, 0]);
  assert.deepEqual(
    far.map((value) => value.toFixed(3)),
    ["0.900", "0.100", "2.193"],
  );
  assert.equal(nearestOf(far), 1);
  assert.deepEqual(sortedBy(far, 2), [1, 0]);
});

test("whatever a code holds is read as the nearest words", () => {
  const noisy = Z.map((value, at) => value + 0.3 * (at % 2 ? 1 : -1));
  assert.deepEqual([...GRID.quantised(noisy)], Z);
});

test("arrows lead to the next cell and not beyond the edge", () => {
  const keys = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Tab"];
  assert.deepEqual(
    keys.map((key) => neighbour(4, key, 3)),
    [1, 7, 3, 5, undefined],
  );
  assert.deepEqual(
    keys.map((key) => neighbour(2, key, 3)),
    [null, 5, 1, null, undefined],
  );
  assert.equal(placeOf(5, 3), "Row 2, column 3");
});
