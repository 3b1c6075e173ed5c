// Codes mixed from two images.

/**
 * @param {ArrayLike<number>} a
 * @param {ArrayLike<number>} b
 * @param {Set<number>} taken the dimensions that come from b
 * @param {number} share of the way from a to b, 0 … 1
 * @returns {number[]}
 */
export function mixed(a, b, taken, share) {
  return Array.from(a, (value, dim) => (taken.has(dim) ? value + share * (b[dim] - value) : value));
}

/**
 * Whether exactly these dimensions are taken.
 * @param {Set<number>} taken
 * @param {number[]} dims
 */
export function isExactly(taken, dims) {
  return taken.size === dims.length && dims.every((dim) => taken.has(dim));
}

/**
 * What is taken, as a sentence.
 * @param {Set<number>} taken
 * @param {number} dims
 * @param {(dim: number) => string} title
 * @returns {string}
 */
export function describe(taken, dims, title) {
  if (!taken.size) return "nothing of B: tick a dimension";
  if (taken.size === dims) return "the whole code of B";
  return `of B: ${[...taken].sort((a, b) => a - b).map(title).join(", ")}`;
}
