import assert from "node:assert/strict";
import { test } from "node:test";

import { parseSafetensors } from "../../explorer/components/shared/safetensors.js";

/** A file of a header and its data, the header padded by `spaces`. */
function file(header, data, spaces = 0) {
  const text = new TextEncoder().encode(JSON.stringify(header) + " ".repeat(spaces));
  const bytes = new Uint8Array(8 + text.length + data.byteLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(new Uint8Array(data.buffer), 8 + text.length);
  return bytes.buffer;
}

const HEADER = {
  __metadata__: { version: "1" },
  mu: { dtype: "F32", shape: [2, 1], data_offsets: [0, 8] },
  labels: { dtype: "I16", shape: [2], data_offsets: [8, 12] },
};
const DATA = Uint8Array.of(0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0, 3, 0, 255, 255); // 1.5, −2 and 3, −1

for (let spaces = 0; spaces < 4; spaces++) {
  test(`numbers and shapes are read, with data at ${spaces} bytes after another start`, () => {
    const { mu, labels, ...others } = parseSafetensors(file(HEADER, DATA, spaces));
    assert.deepEqual([mu.data, mu.shape], [Float32Array.of(1.5, -2), [2, 1]]);
    assert.deepEqual([labels.data, labels.shape], [Int16Array.of(3, -1), [2]]);
    assert.deepEqual(others, {});
  });
}

test("a type that the app never writes is an error that names it", () => {
  const header = { x: { dtype: "BF16", shape: [1], data_offsets: [0, 2] } };
  assert.throws(() => parseSafetensors(file(header, new Uint8Array(2))), /BF16/);
});
