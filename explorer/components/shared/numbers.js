// Numbers as people read them and as links hold them.

/**
 * Fixed digits, and a true minus sign.
 * @param {number} value
 * @param {number} [digits]
 * @returns {string}
 */
export function number(value, digits = 2) {
  return value.toFixed(digits).replace("-", "−");
}

/**
 * A code as links hold it: four decimals, so that a link reopens exactly this code.
 * @param {ArrayLike<number>} z
 * @returns {number[]}
 */
export function rounded(z) {
  return Array.from(z, (value) => Math.round(value * 1e4) / 1e4);
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @returns {number} the nearest number within [low, high]
 */
export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

/**
 * @param {number} count
 * @returns {number[]} 0, 1, … count − 1
 */
export function indices(count) {
  return Array.from({ length: count }, (_, index) => index);
}

/**
 * @param {number[]} values
 * @param {number} wanted
 * @returns {number} the index of the value that is closest
 */
export function nearest(values, wanted) {
  const distances = values.map((value) => Math.abs(value - wanted));
  return distances.indexOf(Math.min(...distances));
}
