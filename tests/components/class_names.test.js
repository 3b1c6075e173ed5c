import assert from "node:assert/strict";
import { test } from "node:test";

import { apart, classNames } from "../../explorer/components/shared/map/class_names.js";

test("a name stands at the median of its class; hidden and empty classes have none", () => {
  const xy = [0, 0, 1, 5, 100, 6, 7, 7, 9, 9];
  const values = [0, 0, 0, 1, 2];
  const names = classNames(["zero", "one", "two", "none"], values, xy, new Set([2]));
  assert.deepEqual(names, [
    { text: "zero", at: [1, 5] },
    { text: "one", at: [7, 7] },
  ]);
});

test("names that would cover each other are moved down, others stay", () => {
  const at = (x, y) => ({ text: "abc", at: [x, y] });
  const placed = apart([at(0, 0), at(5, 3), at(2, 18), at(90, 2)], () => 30);
  assert.deepEqual(
    placed.map(({ at }) => at),
    [[0, 0], [90, 2], [5, 17], [2, 34]],
  );
});

test("names in one place end, wherever it is", () => {
  for (const y of [0.1, 511.7000000000001, 1 / 3, -1e5 / 7, 1e300, NaN, Infinity]) {
    const placed = apart(Array.from({ length: 40 }, () => ({ text: "abc", at: [0, y] })), () => 30);
    assert.equal(placed.length, 40);
    if (Math.abs(y) < 1e9) placed.forEach(({ at }, index) => assert.ok(Math.abs(at[1] - y - 17 * index) < 1e-6));
  }
});
