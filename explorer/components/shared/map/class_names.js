// Names of classes on the map, in the middle of their points: who cannot tell the colours apart reads them.

/** @typedef {import("./geometry.js").Point} Point */

const HEIGHT = 17; // pixels of a line
const ROUNDING = 0.01; // a name right below another one is apart from it, whatever their sum was rounded to
const LONGEST = 18; // characters

/** @typedef {{text: string, at: Point}} Name */

/**
 * @param {string[]} names
 * @param {ArrayLike<number>} values the class of each point
 * @param {ArrayLike<number>} xy n · 2
 * @param {Set<number>} hidden classes
 * @returns {Name[]} at the medians of the classes that have points
 */
export function classNames(names, values, xy, hidden) {
  /** @type {[x: number[], y: number[]][]} */
  const places = names.map(() => [[], []]);
  for (let row = 0; row < values.length; row++)
    places[values[row]]?.forEach((axis, at) => axis.push(xy[2 * row + at]));
  return places.flatMap((axes, index) =>
    hidden.has(index) || !axes[0].length
      ? []
      : [{ text: names[index].slice(0, LONGEST), at: /** @type {Point} */ (axes.map(median)) }],
  );
}

/** @param {number[]} values */
function median(values) {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

/**
 * Names moved down until none covers another.
 * @param {Name[]} names in pixels
 * @param {(text: string) => number} widthOf
 * @returns {Name[]}
 */
export function apart(names, widthOf) {
  /** @type {Name[]} */
  const placed = [];
  for (const { text, at } of [...names].sort((one, other) => one.at[1] - other.at[1])) {
    let [x, y] = at;
    const width = widthOf(text);
    const covers = (/** @type {Name} */ other) =>
      Math.abs(other.at[1] - y) < HEIGHT - ROUNDING && Math.abs(other.at[0] - x) < (width + widthOf(other.text)) / 2;
    // Each step leaves one of them above for good, so that there are no more steps than names.
    for (let step = 0; step < placed.length; step++) {
      const other = placed.find(covers);
      if (!other) break;
      y = other.at[1] + HEIGHT;
    }
    placed.push({ text, at: [x, y] });
  }
  return placed;
}
