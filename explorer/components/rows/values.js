// What a decoder says of a column, as a person reads it: its value, and how far it moved.

/**
 * @typedef {object} Column
 * @property {string} name
 * @property {"numeric" | "positive" | "binary" | "categorical" | "date"} kind
 * @property {string[]} categories none for numbers
 * @property {number} mean of numbers, of their logarithms, of days since 1970
 * @property {number} std
 * @property {number} digits decimals
 * @property {number} start the first of its parameters
 * @property {number} width how many it has
 */

const DAY = 86_400_000; // milliseconds

/**
 * @param {Column} column
 * @param {Float32Array} row means of numbers and probabilities of categories, of all columns
 * @returns {number[]} one number, or a probability for each category
 */
export function partOf({ categories, start, width }, row) {
  const part = Array.from(row.subarray(start, start + width));
  return categories.length === 2 ? [1 - part[0], part[0]] : part;
}

/**
 * @param {Column} column
 * @param {number[]} part
 * @returns {string} "13.2", "2024-03-01", "Oslo 83 %"
 */
export function textOf({ kind, categories, mean, std, digits }, part) {
  if (categories.length) {
    const likeliest = part.indexOf(Math.max(...part));
    return `${categories[likeliest]} ${Math.round(100 * part[likeliest])} %`;
  }
  const plain = mean + std * part[0];
  if (kind === "date") {
    const date = new Date(plain * DAY);
    return Number.isNaN(date.getTime()) ? "–" : date.toISOString().slice(0, 10);
  }
  const value = kind === "positive" ? Math.exp(plain) : plain;
  return value.toFixed(Math.max(0, digits)).replace("-", "−");
}

/**
 * @param {number[]} now
 * @param {number[]} before
 * @returns {number} of a number in standard deviations; of categories half the sum of changes of probability, 0 to 1
 */
export function changeOf(now, before) {
  if (now.length === 1) return now[0] - before[0];
  return now.reduce((sum, p, place) => sum + Math.abs(p - before[place]), 0) / 2;
}
