import assert from "node:assert/strict";
import { test } from "node:test";

import { clamp, indices, number, rounded } from "../../explorer/components/shared/numbers.js";

test("numbers have fixed digits and a true minus sign", () => {
  assert.equal(number(-1.005), "−1.00");
  assert.equal(number(12.3456, 1), "12.3");
  assert.equal(number(0, 3), "0.000");
});

test("a code in a link has four decimals", () => {
  assert.deepEqual(rounded(Float32Array.of(0.123456, -2, 1 / 3)), [0.1235, -2, 0.3333]);
});

test("clamp and indices", () => {
  assert.deepEqual(
    [-1, 0.5, 2].map((value) => clamp(value, 0, 1)),
    [0, 0.5, 1],
  );
  assert.deepEqual(indices(3), [0, 1, 2]);
});
