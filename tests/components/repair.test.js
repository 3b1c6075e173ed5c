import assert from "node:assert/strict";
import { test } from "node:test";

import { Mask } from "../../explorer/components/repair/mask.js";
import { pack, unpack } from "../../explorer/components/repair/packets.js";

const rows = (/** @type {Mask} */ mask) =>
  Array.from({ length: mask.height }, (_, y) => mask.bits.slice(y * mask.width, (y + 1) * mask.width).join(""));

test("a stroke hides the pixels whose centres lie within its radius", () => {
  const mask = new Mask(5, 4);
  mask.stroke([0.5, 1.5], [3.5, 1.5], 0.6, true);
  assert.deepEqual(rows(mask), ["00000", "11110", "00000", "00000"]);
  mask.stroke([2.5, 1.5], [2.5, 1.5], 1, false);
  assert.deepEqual(rows(mask), ["00000", "10000", "00000", "00000"]);
});

test("a rectangle ends at the edge, and all can be inverted, cleared and undone", () => {
  const mask = new Mask(4, 3);
  mask.begin();
  mask.fill({ left: 2, top: 1, width: 9, height: 9 }, true);
  assert.deepEqual(rows(mask), ["0000", "0011", "0011"]);
  mask.begin();
  mask.invert();
  assert.equal(mask.share, 8 / 12);
  mask.begin();
  mask.clear();
  assert.equal(mask.share, 0);
  mask.undo();
  mask.undo();
  assert.deepEqual(rows(mask), ["0000", "0011", "0011"]);
  mask.undo();
  assert.equal(mask.share, 0);
  assert.equal(mask.canUndo, false);
});

test("a mask survives as text, and a text that does not fit changes nothing", () => {
  const mask = new Mask(4, 3);
  mask.fill({ left: 0, top: 0, width: 3, height: 2 }, true);
  const again = new Mask(4, 3);
  assert.equal(again.fromText(mask.toText()), true);
  assert.deepEqual(again.bits, mask.bits);
  for (const text of ["", "5", "-1.13", "x.!", "1000.1"]) assert.equal(again.fromText(text), false, text);
  assert.deepEqual(again.bits, mask.bits);
  assert.equal(new Mask(4, 1).toText(), "4");
  assert.equal(mask.fromText("0.2.2.2.2.2.2"), true);
  assert.deepEqual(rows(mask), ["1100", "1100", "1100"]);
});

test("values and bytes come back from a frame", () => {
  const frame = pack({ number: 3, task: "β" }, Uint8Array.of(1, 2, 255));
  const { values, content } = unpack(frame.buffer);
  assert.deepEqual(values, { number: 3, task: "β" });
  assert.deepEqual([...content], [1, 2, 255]);
});
