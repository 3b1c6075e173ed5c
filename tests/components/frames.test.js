import assert from "node:assert/strict";
import { test } from "node:test";

import { readAnswer, requestFrame } from "../../explorer/components/shared/frames.js";

test("a request is its number, its condition and its codes, little-endian", () => {
  const frame = requestFrame(0x01020304, 2, Float32Array.of(1, -0.5));
  assert.deepEqual(
    [...new Uint8Array(frame)],
    [4, 3, 2, 1, 0, 0, 0, 0x40, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xbf], // 2.0, 1.0 and −0.5 as IEEE 754
  );
});

test("codes that are part of a larger array are sent alone", () => {
  const codes = Float32Array.of(9, 9, 1, -0.5).subarray(2);
  assert.deepEqual(requestFrame(7, -1, codes), requestFrame(7, -1, Float32Array.of(1, -0.5)));
});

test("an answer is the number of its request and pixels", () => {
  const { number, pixels } = readAnswer(Uint8Array.of(255, 255, 255, 255, 10, 20).buffer);
  assert.equal(number, 2 ** 32 - 1);
  assert.deepEqual([...pixels], [10, 20]);
});
