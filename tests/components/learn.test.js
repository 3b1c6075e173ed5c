import assert from "node:assert/strict";
import { test } from "node:test";

import { silentFrom } from "../../explorer/components/shared/learn/silence.js";
import { turned } from "../../explorer/components/rotation/turn.js";
import { normal, rates, reparameterised, vector } from "../../explorer/components/shared/learn/gaussian.js";
import { entropy, gap, inBins, information } from "../../explorer/components/shared/learn/information.js";
import { asDigit, boxOf, centreOf } from "../../explorer/components/shared/learn/ink.js";

const close = (actual, expected, within = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);

/** A white rectangle on black. */
function picture(width, height, left, top, right, bottom) {
  const grey = new Uint8Array(width * height);
  for (let y = top; y < bottom; y++) grey.fill(255, y * width + left, y * width + right);
  return { grey, width, height };
}

test("a drawing comes to the middle, in a box of 20 of 28 pixels, wherever and however large it was drawn", () => {
  for (const drawn of [picture(280, 280, 10, 20, 30, 100), picture(280, 280, 200, 40, 240, 200)]) {
    const digit = { grey: asDigit(drawn, 28), width: 28, height: 28 };
    const box = boxOf(digit);
    assert.equal(box.bottom - box.top, 20);
    const [x, y] = centreOf(digit);
    close(x, 14, 0.6);
    close(y, 14, 0.6);
  }
});

test("an empty pad is a black image", () => {
  const empty = picture(10, 10, 0, 0, 0, 0);
  assert.equal(boxOf(empty), null);
  assert.deepEqual(asDigit(empty, 4), new Uint8Array(16));
});

test("ink at the edge of the pad is not cut off, and faint ink does not count for the box", () => {
  const drawn = picture(40, 40, 0, 0, 40, 40);
  assert.ok(asDigit(drawn, 28).filter((value) => value > 127).length >= 20 * 20);
  const faint = picture(40, 40, 10, 10, 20, 20);
  faint.grey[0] = 5;
  assert.deepEqual(boxOf(faint), { left: 10, top: 10, right: 20, bottom: 20 });
});

test("z = μ + s · σ · ε", () => {
  const code = { mu: Float32Array.of(1, -2), sigma: Float32Array.of(0.5, 0.25) };
  assert.deepEqual([...reparameterised(code, [2, -4])], [2, -3]);
  assert.deepEqual([...reparameterised(code, [2, -4], 0)], [1, -2]);
  assert.equal(vector([1, -2.345]), "(1.00, −2.35)");
});

test("the rate of a Gaussian is its KL to N(0, 1), and 0 for the prior itself", () => {
  const [none, moved, narrow] = rates({ mu: Float32Array.of(0, 2, 0), sigma: Float32Array.of(1, 1, 0.5) });
  close(none, 0);
  close(moved, 2);
  close(narrow, (0.25 - 1) / 2 + Math.LN2, 1e-7);
});

test("draws are standard normal", () => {
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647; // minimal standard generator
  const draws = Array.from({ length: 20000 }, () => normal(random));
  const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
  close(mean, 0, 0.03);
  close(draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length, 1, 0.04);
});

test("information of what is the same is its entropy; of what is independent it is nothing", () => {
  const a = Int32Array.of(0, 0, 1, 1);
  close(information(a, a), Math.LN2);
  close(entropy(Int32Array.of(0, 1, 2, 3)), Math.log(4));
  close(information(a, Int32Array.of(0, 1, 0, 1)), 0);
});

test("bins are of equal width, and the largest value is in the last", () => {
  assert.deepEqual([...inBins([0, 0.5, 1, 2], 4)], [0, 1, 2, 3]);
  assert.deepEqual([...inBins([3, 3], 4)], [0, 0]);
});

test("the gap is the best share minus the second best, on average over factors", () => {
  close(gap([[1, 0], [0.25, 0.5], [0, 0.4]]), (0.75 + 0.1) / 2);
  close(gap([[0.5]]), 0.5);
});

test("axes that are turned and turned back are what they were; a quarter turn swaps them", () => {
  const [a, b] = turned(3, 4, 0.7);
  close(Math.hypot(a, b), 5);
  const [x, y] = turned(a, b, -0.7);
  close(x, 3);
  close(y, 4);
  const [left, right] = turned(3, 4, Math.PI / 2);
  close(left, 4);
  close(right, -3);
});

test("a dimension is silent from the step after which it says nothing any more", () => {
  const steps = [[2, 1, 0], [1, 0.05, 0], [0.5, 0.2, 0], [0.3, 0, 0]];
  assert.deepEqual(silentFrom(steps), [4, 3, 0]);
});
