// The map that was on the screen last: the points of the next one come from where it had them.

/** @typedef {import("./map_data.js").MapData} MapData */

/** @typedef {import("./viewport.js").Viewport} Viewport */

/** @type {import("./viewport.js").Look & {xy: Float32Array<ArrayBuffer>, images: string} | null} */
let last = null;

/**
 * @param {MapData | null} content of the map on the screen; null: nothing yet
 * @param {Viewport} viewport
 */
export function remember(content, viewport) {
  if (content) last = { xy: content.xy, images: content.images, ...viewport.look() };
}

/**
 * @param {MapData} content
 * @param {Viewport} viewport
 * @returns {Float32Array<ArrayBuffer> | null} where the points were on the screen; null where it showed other images
 */
export function positionsBefore(content, viewport) {
  if (last?.images !== content.images || last.xy.length !== content.xy.length) return null;
  return viewport.asSeenBefore(last.xy, last);
}
