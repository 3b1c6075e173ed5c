// The map that was on the screen last: the points of the next one come from where it had them.

/** @typedef {Pick<import("./map_data.js").MapData, "xy" | "images">} Seen */

/** @typedef {import("./viewport.js").Viewport} Viewport */

/** @type {import("./viewport.js").Look & Seen & {training?: string} | null} */
let last = null;

/**
 * @param {Seen | null} content of the map on the screen; null: nothing yet
 * @param {Viewport} viewport
 * @param {string} [training] the run at its end, of a map of one of its moments
 */
export function remember(content, viewport, training) {
  if (content) last = { xy: content.xy, images: content.images, training, ...viewport.look() };
}

/**
 * Where the map of another moment of the same training was looked at: it is looked at there, too, so that points keep their scale.
 * @param {string | undefined} training
 * @returns {import("./viewport.js").Look | null}
 */
export function lookBefore(training) {
  if (training === undefined || last?.training !== training) return null;
  return { centre: last.centre, scale: last.scale };
}

/**
 * @param {Seen} content
 * @param {Viewport} viewport
 * @returns {Float32Array<ArrayBuffer> | null} where the points were on the screen; null where it showed other images
 */
export function positionsBefore(content, viewport) {
  if (last?.images !== content.images || last.xy.length !== content.xy.length) return null;
  return viewport.asSeenBefore(last.xy, last);
}
