// A presenter's move as bytes: condition (−1: none), place on a path (−1: on none), and the code, as float32.

import { rounded } from "./numbers.js";

/** @typedef {{condition: number, at: number, z: number[]}} Move */

/**
 * @param {number} condition
 * @param {number} at
 * @param {ArrayLike<number>} z
 * @returns {ArrayBuffer}
 */
export function moveOf(condition, at, z) {
  return Float32Array.from([condition, at, ...Array.from(z)]).buffer;
}

/**
 * @param {ArrayBuffer} bytes
 * @returns {Move}
 */
export function readMove(bytes) {
  const [condition, at, ...z] = new Float32Array(bytes);
  return { condition, at, z: rounded(z) };
}
