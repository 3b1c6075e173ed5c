// The large image of a component: what the model decodes at the newest code.

import { announce, paint } from "./canvas.js";
import { h } from "./dom.js";
import { decodeNewest } from "./newest.js";

/**
 * @typedef {object} MainImage
 * @property {HTMLCanvasElement} canvas its `data-z` is the code that it shows
 * @property {(z: ArrayLike<number>, time?: number) => void} show
 * @property {() => void} remove
 */

/**
 * @param {import("./connection.js").Connection} connection
 * @param {import("./component.js").Shape} shape
 * @param {string} label
 * @param {{title?: string, painted?: (pixels: Uint8Array) => void}} [options]
 * @returns {MainImage}
 */
export function mainImage(connection, shape, label, { title, painted } = {}) {
  const canvas = h("canvas", { class: "pixels main", role: "img", "aria-label": label, title });
  const { show, remove } = decodeNewest(connection, (pixels, time, z) => {
    paint(canvas, pixels, shape);
    canvas.dataset.z = Array.from(z).join(",");
    announce(canvas, time);
    painted?.(pixels);
  });
  return { canvas, show, remove };
}
