// Which dimension plays at a moment, and where it is.

import { pingPong } from "../shared/animation.js";

export const PERIOD = 5; // seconds in which one dimension goes to both ends and back

/**
 * Each dimension in turn, from where the code stands to the upper end, to the lower one, and back.
 * @param {number} seconds since the start
 * @param {number[]} starts where the code stands in each dimension, 0 … 1
 * @returns {{row: number, place: number}}
 */
export function placeAt(seconds, starts) {
  const row = Math.floor(seconds / PERIOD) % starts.length;
  return { row, place: pingPong((seconds % PERIOD) + (starts[row] * PERIOD) / 2, PERIOD) };
}
