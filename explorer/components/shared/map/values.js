// The numbers that a map is coloured by, from the file of the test images' codes.

/** @typedef {import("../safetensors.js").Numbers} Numbers */

/** @typedef {import("../server.js").Tensors} Tensors */

/**
 * @param {string} source "labels", "factors:2", "rate", "distortion" or "z:3"
 * @param {Tensors} codes
 * @param {number} n how many images
 * @returns {Numbers}
 */
export function valuesOf(source, codes, n) {
  const [name, column] = source.split(":");
  if (name === "labels" || name === "distortion") return codes[name].data.subarray(0, n);
  if (name === "rate") return rates(codes, n);
  const { data, shape } = name === "z" ? codes.mu : codes.factors;
  return Float32Array.from({ length: n }, (_, row) => data[row * shape[1] + Number(column)]);
}

/**
 * KL(q(z|x) ‖ N(0, I)) of each image in nats.
 * @param {Tensors} codes
 * @param {number} n
 * @returns {Float32Array}
 */
function rates({ mu, logvar }, n) {
  const dims = mu.shape[1];
  const nats = new Float32Array(n);
  for (let row = 0, at = 0; row < n; row++) {
    for (let d = 0; d < dims; d++, at++)
      nats[row] += 0.5 * (mu.data[at] ** 2 + Math.exp(logvar.data[at]) - 1 - logvar.data[at]);
  }
  return nats;
}

/**
 * Where a scale of numbers begins and ends: at 1 % and 99 % of them, so that one outlier does not grey the rest.
 * @param {Numbers} values
 * @returns {[low: number, high: number]}
 */
export function rangeOf(values) {
  const sorted = Float32Array.from(values).sort();
  const last = sorted.length - 1;
  /** @param {number} share */
  const at = (share) => sorted[Math.min(last, Math.floor(share * sorted.length))];
  const [low, high] = [at(0.01), at(0.99)];
  return high > low ? [low, high] : [sorted[0], Math.max(sorted[last], sorted[0] + 1e-9)];
}
