// A move in the reference and the same move in another run: k standard deviations here are k there.

import { indices } from "../shared/numbers.js";

export const STEPS = 11; // images of a strip

/**
 * The dimension of a run that belongs to one of the reference, and their correlation.
 * @typedef {{dim: number, sign: number, r: number}} Match
 */

/**
 * @typedef {object} ComparedRun
 * @property {number[]} z its code of the image
 * @property {number[]} deviation
 * @property {(Match | null)[]} matches one per dimension of the reference
 */

/**
 * @param {ComparedRun} run
 * @param {ComparedRun} reference
 * @param {ArrayLike<number>} move how far each dimension of the reference is moved
 * @returns {Float64Array} the run's own code after the move
 */
export function movedCode(run, reference, move) {
  const z = Float64Array.from(run.z);
  Array.from(move).forEach((amount, dim) => {
    const match = run.matches[dim];
    if (match && amount) z[match.dim] += (match.sign * amount * run.deviation[match.dim]) / reference.deviation[dim];
  });
  return z;
}

/**
 * The codes of a run's strip: one dimension of the reference goes from its low to its high end.
 * @param {ComparedRun} run
 * @param {ComparedRun} reference
 * @param {Float64Array} move
 * @param {number} dim
 * @param {number} low
 * @param {number} high
 * @returns {Float32Array} STEPS · D
 */
export function stripCodes(run, reference, move, dim, low, high) {
  const codes = new Float32Array(STEPS * run.z.length);
  for (const cell of indices(STEPS)) {
    const changed = move.slice();
    changed[dim] = low + ((high - low) * cell) / (STEPS - 1) - reference.z[dim];
    codes.set(movedCode(run, reference, changed), cell * run.z.length);
  }
  return codes;
}

/**
 * @param {ArrayLike<number>} move
 * @param {number[]} order
 * @returns {string} as the link has it
 */
export function moveText(move, order) {
  const moved = order.filter((dim) => Math.abs(move[dim]) > 1e-4);
  return moved.map((dim) => `${dim}:${move[dim].toFixed(3)}`).join(",");
}

/**
 * @param {Record<string, number>} amounts by dimension
 * @param {number} dims
 * @returns {Float64Array}
 */
export function moveOf(amounts, dims) {
  const move = new Float64Array(dims);
  for (const [dim, amount] of Object.entries(amounts)) move[Number(dim)] = amount;
  return move;
}

/**
 * What the strip of a dimension depends on: its own dimension takes all values in it, so only the others count.
 * @param {Float64Array} move
 * @param {number} dim
 * @returns {string}
 */
export function signature(move, dim) {
  return `${dim}|${move.filter((_, other) => other !== dim).join(",")}`;
}
