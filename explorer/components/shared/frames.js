// The binary frames of the socket, little-endian; docs/live.md has the protocol.

const HEADER = 8; // bytes: a uint32 number and a float32 condition

/**
 * @param {number} number repeated in the answer
 * @param {number} condition a class or a β; −1: none
 * @param {Float32Array} codes n · D
 * @returns {ArrayBuffer}
 */
export function requestFrame(number, condition, codes) {
  const frame = new ArrayBuffer(HEADER + codes.byteLength);
  const header = new DataView(frame);
  header.setUint32(0, number, true);
  header.setFloat32(4, condition, true);
  new Float32Array(frame, HEADER).set(codes);
  return frame;
}

/**
 * @param {ArrayBuffer} frame
 * @returns {{number: number, pixels: Uint8Array}} n · H · W · C pixels
 */
export function readAnswer(frame) {
  return { number: new DataView(frame).getUint32(0, true), pixels: new Uint8Array(frame, 4) };
}
