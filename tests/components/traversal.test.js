import assert from "node:assert/strict";
import { test } from "node:test";

import { middleSquare } from "../../explorer/components/shared/dropped_image.js";
import { Range, STEPS } from "../../explorer/components/traversal/range.js";
import { Strips, signature } from "../../explorer/components/traversal/strips.js";

const RANGE = new Range([0, 10], [1, 2], 3);

test("a slider reaches so many deviations to both sides of the centre", () => {
  assert.deepEqual([RANGE.low(1), RANGE.high(1)], [4, 16]);
  assert.equal(RANGE.step(1), 12 / 300);
  assert.equal(RANGE.shareOf(1, 7), 0.25);
  assert.equal(RANGE.shareOf(1, 99), 1);
  assert.equal(RANGE.valueAt(1, 0.25), 7);
  assert.equal(RANGE.clamp(1, 99), 16);
  assert.deepEqual([RANGE.isOutside(0, 3), RANGE.isOutside(0, 3.1), RANGE.isOutside(0, -3.1)], [false, true, true]);
});

test("a strip shows its dimension from end to end, the others as they are", () => {
  const codes = RANGE.stripCodes(Float64Array.of(0.5, -7), 1);
  assert.equal(codes.length, 2 * STEPS);
  assert.deepEqual([...codes.subarray(0, 2)], [0.5, 4]);
  assert.deepEqual([...codes.subarray(10, 12)], [0.5, 10]);
  assert.deepEqual([...codes.subarray(20)], [0.5, 16]);
});

test("a strip depends on all dimensions but its own, and on range and condition", () => {
  const now = signature(Float64Array.of(1, 2, 3), 1, 3, -1);
  assert.equal(signature(Float64Array.of(1, 9, 3), 1, 3, -1), now);
  for (const other of [
    signature(Float64Array.of(9, 2, 3), 1, 3, -1),
    signature(Float64Array.of(1, 2, 3), 2, 3, -1),
    signature(Float64Array.of(1, 2, 3), 1, 4, -1),
    signature(Float64Array.of(1, 2, 3), 1, 3, 0),
  ])
    assert.notEqual(other, now);
});

/** Strips of three rows; `next()` is the row that is drawn next. */
function stripsOf(rows) {
  let source;
  const connection = { condition: -1, add: (added) => (source = added), poll() {} };
  const position = { z: Float64Array.of(0, 0, 0) };
  const range = new Range([0, 0, 0], [1, 1, 1], 3);
  const strips = new Strips(connection, [1, 1, 1], rows, range, position);
  const next = () => {
    const request = source.next();
    return request && { ...request, dim: [0, 1, 2].find((dim) => request.codes[dim] === -3) };
  };
  return { strips, position, next };
}

test("rows are drawn in turn, each once, folded ones not at all", () => {
  const rows = [0, 1, 2].map((dim) => ({ dim, shown: dim !== 1 }));
  const { next } = stripsOf(rows);
  assert.deepEqual([next().dim, next().dim, next()], [0, 2, null]);
  rows[1].shown = true;
  assert.equal(next().dim, 1);
});

test("after a move all rows but its own are drawn again, in turn", () => {
  const { strips, position, next } = stripsOf([0, 1, 2].map((dim) => ({ dim, shown: true })));
  const first = [next(), next(), next()].map(({ dim }) => dim);
  assert.deepEqual(first, [0, 1, 2]);
  position.z[1] = 0.5;
  strips.renew();
  assert.equal(next().dim, 0);
  position.z[1] = 0.6; // before the last row had its turn
  strips.renew();
  assert.deepEqual([next().dim, next().dim, next()], [2, 0, null]);
});

test("a strip whose answer was lost is drawn again", () => {
  const { next } = stripsOf([0, 1, 2].map((dim) => ({ dim, shown: dim === 0 })));
  const request = next();
  assert.equal(next(), null);
  request.lost();
  assert.equal(next().dim, 0);
});

test("of an image that is not square, the middle is taken", () => {
  assert.deepEqual(middleSquare(300, 100), { left: 100, top: 0, side: 100 });
  assert.deepEqual(middleSquare(100, 150), { left: 0, top: 25, side: 100 });
});
