// Mutual information of binned codes with factors, and the gap that the MIG averages; as vae_core/metrics/mig.py.

/** Bins of equal width: Locatello et al. 2019, appendix C. */
export const BINS = 20;

/**
 * @param {ArrayLike<number>} values
 * @param {number} [bins]
 * @returns {Int32Array} the bin of each value, from 0
 */
export function inBins(values, bins = BINS) {
  let [low, high] = [Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    low = Math.min(low, values[at]);
    high = Math.max(high, values[at]);
  }
  const width = (high - low) / bins || 1;
  return Int32Array.from(values, (value) => Math.min(bins - 1, Math.floor((value - low) / width)));
}

/**
 * @param {Int32Array} a from 0
 * @param {Int32Array} b from 0, of the same length
 * @returns {number} I(a; b) in nats, from joint counts
 */
export function information(a, b) {
  const width = 1 + b.reduce((most, value) => Math.max(most, value), 0);
  const height = 1 + a.reduce((most, value) => Math.max(most, value), 0);
  const [joint, rows, columns] = [new Float64Array(width * height), new Float64Array(height), new Float64Array(width)];
  const share = 1 / a.length;
  for (let at = 0; at < a.length; at++) {
    joint[a[at] * width + b[at]] += share;
    rows[a[at]] += share;
    columns[b[at]] += share;
  }
  let nats = 0;
  joint.forEach((p, at) => {
    if (p > 0) nats += p * Math.log(p / (rows[Math.floor(at / width)] * columns[at % width]));
  });
  return Math.max(0, nats);
}

/**
 * @param {Int32Array} values from 0
 * @returns {number} in nats
 */
export function entropy(values) {
  return information(values, values);
}

/**
 * @param {number[][]} shares D · F: information of each dimension about each factor, over the factor's entropy
 * @returns {number} the mean over factors of the best dimension's share minus the second best's: Chen et al. 2018, eq. 6
 */
export function gap(shares) {
  const factors = shares[0].length;
  let total = 0;
  for (let factor = 0; factor < factors; factor++) {
    const [best, second] = shares.map((row) => row[factor]).sort((a, b) => b - a);
    total += best - (second ?? 0);
  }
  return total / factors;
}
