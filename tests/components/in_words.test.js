import assert from "node:assert/strict";
import { test } from "node:test";

import { changeInWords, inWords } from "../../explorer/components/shared/in_words.js";

/** A grey image of 10 × 10 pixels with one of them set. */
const withDot = (right, down, dot = 255, ground = 0) =>
  Uint8Array.from({ length: 100 }, (_, at) => (at === 10 * down + right ? dot : ground));

test("what is bright on dark, and where", () => {
  assert.equal(inWords(withDot(8, 1), [1, 10, 10]), "1.0 % bright, towards the upper right side");
  assert.equal(inWords(withDot(0, 5), [1, 10, 10]), "1.0 % bright, towards the left side");
  assert.equal(inWords(new Uint8Array(100).fill(64), [1, 10, 10]), "25.1 % bright, around the middle");
  assert.equal(inWords(new Uint8Array(100), [1, 10, 10]), "all dark");
});

test("what is dark on bright", () => {
  assert.equal(inWords(withDot(5, 9, 0, 255), [1, 10, 10]), "1.0 % dark, towards the lower side");
  assert.equal(inWords(new Uint8Array(100).fill(255), [1, 10, 10]), "all bright");
});

test("channels of a pixel lie at one place", () => {
  const pixels = new Uint8Array(3 * 4 * 4);
  pixels.set([255, 255, 255], 3 * 3); // the last pixel of the first row
  assert.equal(inWords(pixels, [3, 4, 4]), "6.3 % bright, towards the upper right side");
});

test("how much changed", () => {
  assert.equal(changeInWords(withDot(1, 1), withDot(2, 2)), "the image changed by 2.0 %");
  assert.equal(changeInWords(withDot(1, 1), withDot(1, 1)), "the image is the same");
});
