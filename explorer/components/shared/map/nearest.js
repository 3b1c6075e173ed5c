// The nearest of many: a list of the best so far, and the mean that the nearest make.

/** @typedef {{index: number, distance: number}} Neighbour */

/**
 * Put a candidate into a list of the k nearest, which is sorted by distance.
 * @param {Neighbour[]} best
 * @param {Neighbour} candidate
 * @param {number} k
 */
export function insert(best, candidate, k) {
  if (best.length >= k && candidate.distance >= best[k - 1].distance) return;
  let place = best.length;
  while (place > 0 && best[place - 1].distance > candidate.distance) place--;
  best.splice(place, 0, candidate);
  if (best.length > k) best.pop();
}

/**
 * The k nearest of `mu`'s rows to a code, nearest first.
 * @param {ArrayLike<number>} mu n · D
 * @param {ArrayLike<number>} z D
 * @param {number} k
 * @returns {Neighbour[]}
 */
export function nearestCodes(mu, z, k) {
  /** @type {Neighbour[]} */
  const best = [];
  const dims = z.length;
  const n = mu.length / dims;
  for (let index = 0; index < n; index++) {
    const limit = best.length < k ? Infinity : best[k - 1].distance ** 2;
    let square = 0;
    for (let d = 0, at = index * dims; d < dims && square < limit; d++, at++) square += (mu[at] - z[d]) ** 2;
    if (square < limit) insert(best, { index, distance: Math.sqrt(square) }, k);
  }
  return best;
}

/**
 * Weights 1/(distance² + tiny²) that sum to 1 (Shepard 1968).
 * @param {Neighbour[]} neighbours
 * @param {number} scale of distances; tiny is a thousandth of it
 * @returns {number[]}
 */
export function weightsOf(neighbours, scale) {
  const weights = neighbours.map(({ distance }) => 1 / (distance ** 2 + (1e-3 * scale) ** 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
