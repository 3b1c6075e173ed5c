import assert from "node:assert/strict";
import { test } from "node:test";

import { fromRgba, tiledSize, writeChange, writeTiles } from "../../explorer/components/shared/pixels.js";

const hex = (colours) => [...colours].map((colour) => colour.toString(16).padStart(8, "0"));

test("tiles have gaps between them and none around", () => {
  assert.deepEqual(tiledSize([1, 4, 5], 11, 11, 1), [65, 4]);
  assert.deepEqual(tiledSize([3, 4, 5], 5, 2, 2), [12, 16]);
});

test("a grey image is the same in all channels and opaque", () => {
  const colours = new Uint32Array(2);
  writeTiles(colours, Uint8Array.of(0, 255, 1, 16), [1, 1, 2], [1], 1, 0);
  assert.deepEqual(hex(colours), ["ff010101", "ff101010"]);
});

test("red, green and blue become 0xAABBGGRR, as a little-endian canvas has them", () => {
  const colours = new Uint32Array(2);
  writeTiles(colours, Uint8Array.of(1, 2, 3, 253, 254, 255), [3, 1, 2], [0], 1, 0);
  assert.deepEqual(hex(colours), ["ff030201", "fffffefd"]);
});

test("images stand in the order of the list, by rows of columns, gaps untouched", () => {
  const [width, height] = tiledSize([1, 1, 1], 3, 2, 1);
  const colours = new Uint32Array(width * height);
  writeTiles(colours, Uint8Array.of(10, 11, 12), [1, 1, 1], [2, 0, 1], 2, 1);
  assert.deepEqual(hex(colours), [
    ...["ff0c0c0c", "00000000", "ff0a0a0a"],
    ...["00000000", "00000000", "00000000"],
    ...["ff0b0b0b", "00000000", "00000000"],
  ]);
});

test("brighter is red, darker is blue, no change is white, a large change is full", () => {
  const colours = new Uint32Array(4);
  const mean = writeChange(colours, Uint8Array.of(180, 0, 7, 80), Uint8Array.of(0, 255, 7, 0), 1);
  assert.deepEqual(hex(colours), ["ff0000ff", "ffff0000", "ffffffff", "ff8080ff"]);
  assert.equal(mean, (180 + 255 + 80) / 4 / 255);
});

test("changes of channels add up in the colour, and their sizes in the mean", () => {
  const colours = new Uint32Array(1);
  assert.equal(writeChange(colours, Uint8Array.of(90, 0, 0), Uint8Array.of(0, 90, 0), 3), 60 / 255);
  assert.deepEqual(hex(colours), ["ffffffff"]);
});

test("an image of a file is reduced to the model's channels", () => {
  const rgba = Uint8ClampedArray.of(255, 0, 0, 255, 0, 255, 0, 255, 10, 20, 30, 0);
  assert.deepEqual([...fromRgba(rgba, 3)], [255, 0, 0, 0, 255, 0, 10, 20, 30]);
  assert.deepEqual([...fromRgba(rgba, 1)], [76, 150, 18]); // BT.601
});
