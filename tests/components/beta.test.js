import assert from "node:assert/strict";
import { test } from "node:test";

import { betaText, codesAtStep, stepAt } from "../../explorer/components/shared/beta.js";

test("β has three digits and no zeros behind them", () => {
  assert.deepEqual([0.1, 1, 12.589254, 100, 0.15848932].map(betaText), ["0.1", "1", "12.6", "100", "0.158"]);
});

test("the codes of a step are one block of each image", () => {
  const codes = Float32Array.from({ length: 2 * 3 * 2 }, (_, at) => at); // 2 images, 3 steps, 2 dimensions
  assert.deepEqual([...codesAtStep(codes, 2, 3, 0)], [0, 1, 6, 7]);
  assert.deepEqual([...codesAtStep(codes, 2, 3, 2)], [4, 5, 10, 11]);
});

test("a playing slider stands on every step, its ends included", () => {
  assert.deepEqual(
    [0, 0.24, 0.26, 0.5, 1].map((share) => stepAt(share, 3)),
    [0, 0, 1, 1, 2],
  );
});
