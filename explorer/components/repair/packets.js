// Frames that hold values and bytes: a uint32 length, so many bytes of JSON, then raw bytes; little-endian.

/**
 * @param {Record<string, unknown>} values
 * @param {Uint8Array} content
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function pack(values, content) {
  const text = new TextEncoder().encode(JSON.stringify(values));
  const frame = new Uint8Array(4 + text.length + content.length);
  new DataView(frame.buffer).setUint32(0, text.length, true);
  frame.set(text, 4);
  frame.set(content, 4 + text.length);
  return frame;
}

/**
 * @param {ArrayBuffer} frame
 * @returns {{values: any, content: Uint8Array}}
 */
export function unpack(frame) {
  const length = new DataView(frame).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(frame, 4, length));
  return { values: JSON.parse(text), content: new Uint8Array(frame, 4 + length) };
}
