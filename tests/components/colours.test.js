import assert from "node:assert/strict";
import { test } from "node:test";

import { coloursOfClasses, coloursOfValues, rgbOf, viridis } from "../../explorer/components/shared/map/colours.js";
import { countOf } from "../../explorer/components/shared/map/legend.js";
import { rangeOf, valuesOf } from "../../explorer/components/shared/map/values.js";

const CODES = {
  mu: { data: Float32Array.of(0, 2, 1, 0), shape: [2, 2] },
  logvar: { data: Float32Array.of(0, 0, Math.log(0.5), 0), shape: [2, 2] },
  labels: { data: Int16Array.of(3, 1, 9), shape: [3] },
  factors: { data: Int16Array.of(5, 6, 7, 8), shape: [2, 2] },
  distortion: { data: Float32Array.of(10, 20, 30), shape: [3] },
};

test("viridis goes from purple to yellow, mixed between its colours", () => {
  assert.deepEqual(viridis(0), [68, 1, 84]);
  assert.deepEqual(viridis(1), [253, 231, 37]);
  assert.deepEqual(viridis(0.05), [70, 19, 101]); // half way between the first two
  assert.deepEqual([viridis(-1), viridis(2)], [viridis(0), viridis(1)]);
});

test("classes have the palette's colours, again from its start; hidden ones are transparent", () => {
  assert.deepEqual(rgbOf("#ff8001"), [255, 128, 1]);
  const rgba = coloursOfClasses(Int16Array.of(0, 1, 2), ["#ff0000", "#00ff00"], new Set([1]));
  assert.deepEqual([...rgba], [255, 0, 0, 205, 0, 255, 0, 0, 255, 0, 0, 205]);
});

test("values are coloured between 1 % and 99 % of them, so that an outlier does not grey the rest", () => {
  const values = Float32Array.from({ length: 200 }, (_, index) => index);
  values[199] = 1e9;
  assert.deepEqual(rangeOf(values), [2, 198]);
  const rgba = coloursOfValues(values);
  assert.deepEqual([...rgba.subarray(0, 4)], [...viridis(0), 205]);
  assert.deepEqual([...rgba.subarray(4 * 199)], [...viridis(1), 205]);
});

test("equal values have a range that is not empty", () => {
  const [low, high] = rangeOf(Float32Array.of(2, 2, 2));
  assert.equal(low, 2);
  assert.ok(high > low);
});

test("every source of a colouring is found in the file of codes", () => {
  assert.deepEqual([...valuesOf("labels", CODES, 2)], [3, 1]);
  assert.deepEqual([...valuesOf("distortion", CODES, 2)], [10, 20]);
  assert.deepEqual([...valuesOf("factors:1", CODES, 2)], [6, 8]);
  assert.deepEqual([...valuesOf("z:0", CODES, 2)], [0, 1]);
  const [first, second] = valuesOf("rate", CODES, 2);
  assert.equal(first, 2); // ½ · 2²
  assert.ok(Math.abs(second - 0.5 * (1 + 0.5 - 1 + Math.log(2))) < 1e-6);
});

test("classes are counted", () => {
  assert.deepEqual([...countOf(Int16Array.of(3, 1, 3))], [
    [3, 2],
    [1, 1],
  ]);
});
