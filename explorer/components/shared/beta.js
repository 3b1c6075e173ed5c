// A run's curve over β, and the codes of images along it.

/**
 * Rate and distortion at each step of the slider, in nats.
 * @typedef {object} Curve
 * @property {number[]} betas
 * @property {number[]} rate
 * @property {number[]} distortion
 */

/**
 * @param {number} beta
 * @returns {string}
 */
export function betaText(beta) {
  return `${Number(beta.toPrecision(3))}`;
}

/**
 * The codes of all images at one step.
 * @param {Float32Array} codes n · steps · D
 * @param {number} images n
 * @param {number} steps
 * @param {number} step
 * @returns {Float32Array} n · D
 */
export function codesAtStep(codes, images, steps, step) {
  const dims = codes.length / images / steps;
  const chosen = new Float32Array(images * dims);
  for (let image = 0; image < images; image++) {
    const from = (image * steps + step) * dims;
    chosen.set(codes.subarray(from, from + dims), image * dims);
  }
  return chosen;
}

/**
 * The step in view while the slider plays there and back.
 * @param {number} share of the way there, 0 … 1
 * @param {number} steps
 * @returns {number}
 */
export function stepAt(share, steps) {
  return Math.round((steps - 1) * share);
}
