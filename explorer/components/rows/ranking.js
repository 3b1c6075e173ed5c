// Which items come first, and how far one has moved.

/**
 * @param {Float32Array} probabilities of all items
 * @param {Set<number>} without these items
 * @param {number} count at most so many
 * @returns {number[]} items by falling probability; equal ones in their own order
 */
export function first(probabilities, without, count) {
  const items = Array.from(probabilities.keys()).filter((item) => !without.has(item));
  return items.sort((a, b) => probabilities[b] - probabilities[a] || a - b).slice(0, count);
}

/**
 * @param {number[]} before a ranking of items; empty: there was none
 * @param {number} item
 * @param {number} place of the item now
 * @returns {number} how many places it has moved up; 0 where there is nothing to compare with
 */
export function placesMoved(before, item, place) {
  const old = before.indexOf(item);
  return old < 0 ? 0 : old - place;
}
