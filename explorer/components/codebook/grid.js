// A code that is a grid of words: D = depth · side², the first number of all cells first.

/**
 * @param {number[][]} words
 * @param {number[]} vector
 * @returns {number[]} how far each word is from it
 */
export function distances(words, vector) {
  return words.map((word) => Math.hypot(...word.map((value, dim) => value - vector[dim])));
}

/**
 * @param {number[]} far the distance of each word
 * @returns {number} the nearest word
 */
export function nearestOf(far) {
  return far.indexOf(Math.min(...far));
}

/**
 * @param {number[]} far the distance of each word
 * @param {number} count
 * @returns {number[]} the nearest words, nearest first
 */
export function sortedBy(far, count) {
  return far
    .map((_, word) => word)
    .sort((a, b) => far[a] - far[b])
    .slice(0, count);
}

export class Grid {
  /**
   * @param {number[][]} words the codebook
   * @param {number} side cells along a side
   */
  constructor(words, side) {
    this.words = words;
    this.side = side;
    this.count = side * side;
    this.depth = words[0].length;
  }

  /**
   * @param {ArrayLike<number>} z
   * @param {number} cell
   * @returns {number[]} what the code has in a cell
   */
  vectorAt(z, cell) {
    return Array.from({ length: this.depth }, (_, dim) => z[dim * this.count + cell]);
  }

  /**
   * @param {ArrayLike<number>} z
   * @param {number} cell
   * @param {number} word
   * @returns {Float64Array} the code with another word in a cell
   */
  put(z, cell, word) {
    const changed = Float64Array.from(z);
    this.words[word].forEach((value, dim) => (changed[dim * this.count + cell] = value));
    return changed;
  }

  /**
   * @param {ArrayLike<number>} z
   * @returns {number[]} the nearest word of each cell
   */
  wordsOf(z) {
    return Array.from({ length: this.count }, (_, cell) => nearestOf(distances(this.words, this.vectorAt(z, cell))));
  }

  /**
   * @param {ArrayLike<number>} z
   * @returns {Float64Array} the code whose cells are the nearest words
   */
  quantised(z) {
    const quantised = Float64Array.from(z);
    this.wordsOf(z).forEach((word, cell) =>
      this.words[word].forEach((value, dim) => (quantised[dim * this.count + cell] = value)),
    );
    return quantised;
  }
}
