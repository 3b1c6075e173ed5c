// Paths between codes.

/** @typedef {"linear" | "spherical"} Mode */

/**
 * @param {number[]} a
 * @param {number[]} b
 * @param {number} t 0 … 1
 * @returns {number[]} on the straight line from a to b
 */
export function linear(a, b, t) {
  return a.map((value, d) => value + t * (b[d] - value));
}

/**
 * @param {number[]} a
 * @param {number[]} b
 * @param {number} t 0 … 1
 * @returns {number[]} on the arc around the origin from a to b, its length from that of a to that of b
 */
export function spherical(a, b, t) {
  const [lengthA, lengthB] = [Math.hypot(...a), Math.hypot(...b)];
  if (lengthA < 1e-6 || lengthB < 1e-6) return linear(a, b, t);
  const cosine = a.reduce((sum, value, d) => sum + value * b[d], 0) / (lengthA * lengthB);
  const angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
  if (Math.sin(angle) < 1e-4) return linear(a, b, t);
  const [weightA, weightB] = [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
  const length = lengthA + t * (lengthB - lengthA);
  return a.map((value, d) => length * ((weightA * value) / lengthA + (weightB * b[d]) / lengthB));
}

const PATHS = { linear, spherical };

/**
 * Where a place lies: between which codes, and how far.
 * @param {number} count of codes, at least 2
 * @param {number} place 0 … 1
 * @returns {{leg: number, share: number}}
 */
export function legAt(count, place) {
  const legs = count - 1;
  const leg = Math.min(legs - 1, Math.floor(place * legs));
  return { leg, share: place * legs - leg };
}

/**
 * The code at a place of a walk by all codes, each leg as long as the others.
 * @param {number[][]} codes
 * @param {number} place 0 … 1
 * @param {Mode} mode
 * @returns {number[]}
 */
export function codeAt(codes, place, mode) {
  if (codes.length < 2) return codes[0];
  const { leg, share } = legAt(codes.length, place);
  return PATHS[mode](codes[leg], codes[leg + 1], share);
}

/**
 * Codes at even distances of a walk.
 * @param {number[][]} codes
 * @param {number} count
 * @param {Mode} mode
 * @returns {number[][]}
 */
export function codesAlong(codes, count, mode) {
  return Array.from({ length: count }, (_, step) => codeAt(codes, step / (count - 1), mode));
}
