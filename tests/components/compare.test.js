import assert from "node:assert/strict";
import { test } from "node:test";

import { STEPS, moveOf, moveText, movedCode, signature, stripCodes } from "../../explorer/components/compare/moves.js";
import { matchText } from "../../explorer/components/compare/run_view.js";
import { scales } from "../../explorer/components/shared/rate_plane.js";

const REFERENCE = {
  z: [1, 2],
  deviation: [2, 4],
  matches: [
    { dim: 0, sign: 1, r: 1 },
    { dim: 1, sign: 1, r: 1 },
  ],
};
const OTHER = { z: [5, 5, 5], deviation: [1, 1, 3], matches: [{ dim: 2, sign: -1, r: 0.8 }, null] };

test("a move of k deviations is one of k in the matched dimension, reversed where it is", () => {
  assert.deepEqual([...movedCode(OTHER, REFERENCE, [4, 8])], [5, 5, 5 - 2 * 3]);
  assert.deepEqual([...movedCode(REFERENCE, REFERENCE, [4, -1])], [5, 1]);
  assert.deepEqual(OTHER.z, [5, 5, 5]);
});

test("a strip takes the chosen dimension from end to end, over the move of the others", () => {
  const codes = stripCodes(REFERENCE, REFERENCE, Float64Array.of(100, 3), 0, -4, 6);
  assert.equal(codes.length, 2 * STEPS);
  assert.deepEqual([...codes.subarray(0, 2)], [-4, 5]);
  assert.deepEqual([...codes.subarray(10, 12)], [1, 5]);
  assert.deepEqual([...codes.subarray(20)], [6, 5]);
});

test("a move is in the link as it is, without what did not move", () => {
  assert.equal(moveText([0.5, 0.00001, -1], [2, 1, 0]), "2:-1.000,0:0.500");
  assert.deepEqual([...moveOf({ 2: -1, 0: 0.5 }, 3)], [0.5, 0, -1]);
});

test("a strip depends on the moves of the other dimensions alone", () => {
  assert.equal(signature(Float64Array.of(1, 2), 0), signature(Float64Array.of(9, 2), 0));
  assert.notEqual(signature(Float64Array.of(1, 2), 0), signature(Float64Array.of(1, 9), 0));
  assert.notEqual(signature(Float64Array.of(1, 1), 0), signature(Float64Array.of(1, 1), 1));
});

test("the caption names the matched dimension", () => {
  assert.equal(matchText(OTHER.matches[0], 0, false), "z2 · r = 0.80, reversed");
  assert.equal(matchText(null, 1, false), "no dimension is left to match");
  assert.equal(matchText(REFERENCE.matches[1], 1, true), "z1");
});

test("the plane of rate and distortion holds all runs", () => {
  const curve = { betas: [1, 2], rate: [20, 10], distortion: [50, 60] };
  const { right, low, high, x, y } = scales(curve, [{ rate: 40, distortion: 30 }]);
  assert.deepEqual([right, low, high], [42, 30, 60]);
  assert.equal(x(0), 46);
  assert.equal(x(42), 360 - 12);
  assert.ok(y(60) > 10 && y(30) < 230 - 34 && y(60) < y(30));
});
