import assert from "node:assert/strict";
import { test } from "node:test";

import { describe, isExactly, mixed } from "../../explorer/components/mix/mixing.js";

test("a mix has the dimensions of both", () => {
  assert.deepEqual(mixed([0, 1, 2], [4, 5, 6], new Set([1]), 1), [0, 5, 2]);
  assert.deepEqual(mixed([0, 1, 2], [4, 5, 6], new Set([0, 1, 2]), 0.25), [1, 2, 3]);
  assert.deepEqual(mixed([0, 1, 2], [4, 5, 6], new Set(), 1), [0, 1, 2]);
});

test("what is taken is said", () => {
  const title = (/** @type {number} */ dim) => `z${dim}`;
  assert.equal(describe(new Set([2, 0]), 3, title), "of B: z0, z2");
  assert.equal(describe(new Set([0, 1, 2]), 3, title), "the whole code of B");
  assert.match(describe(new Set(), 3, title), /nothing/);
  assert.equal(isExactly(new Set([2, 0]), [0, 2]), true);
  assert.equal(isExactly(new Set([2]), [0, 2]), false);
});
