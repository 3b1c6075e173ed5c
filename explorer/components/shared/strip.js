// A row of small images on one canvas.

import { announce, countPaint, paintTiles } from "./canvas.js";
import { h } from "./dom.js";
import { clamp, indices } from "./numbers.js";

const GAP = 1; // pixels between two images

/**
 * @param {string} label
 * @returns {HTMLCanvasElement}
 */
export function stripCanvas(label) {
  return h("canvas", { class: "strip", role: "img", "aria-label": label });
}

/**
 * @param {HTMLCanvasElement} strip
 * @param {Uint8Array} pixels of all `count` images
 * @param {import("./component.js").Shape} shape
 * @param {number} count
 */
export function paintStrip(strip, pixels, shape, count) {
  paintTiles(strip, pixels, shape, indices(count), count, GAP);
}

/**
 * @typedef {object} Wanted images of a strip
 * @property {Float32Array} codes
 * @property {number} count how many codes these are
 * @property {() => void} [painted] called once they are shown
 */

/**
 * A strip that is decoded again whenever something moved; only the newest state is.
 * @param {import("./connection.js").Connection} connection
 * @param {HTMLCanvasElement} strip
 * @param {import("./component.js").Shape} shape
 * @param {() => Wanted | null} wanted what it shows now; null: not known yet
 * @returns {{again: (time?: number) => void, remove: () => void}} time: when something moved, now if left out
 */
export function liveStrip(connection, strip, shape, wanted) {
  /** @type {number | null} since when the strip is stale */
  let since = null;
  const remove = connection.add({
    limit: 1,
    next() {
      const images = since === null ? null : wanted();
      if (since === null || !images) return null;
      const time = since;
      since = null;
      return {
        codes: images.codes,
        done(pixels) {
          paintStrip(strip, pixels, shape, images.count);
          images.painted?.();
          countPaint(strip);
          announce(strip, time);
        },
        lost: () => (since ??= time),
      };
    },
  });
  return {
    again(time = performance.now()) {
      since = time;
      connection.poll();
    },
    remove,
  };
}

/**
 * Which of the strip's images a click is on.
 * @param {MouseEvent} event
 * @param {HTMLCanvasElement} strip
 * @param {number} count
 * @returns {number}
 */
export function imageUnder(event, strip, count) {
  const { left, width } = strip.getBoundingClientRect();
  return clamp(Math.floor(((event.clientX - left) / width) * count), 0, count - 1);
}
