// A row of small images on one canvas.

import { paintTiles } from "./canvas.js";
import { h } from "./dom.js";
import { clamp, indices } from "./numbers.js";

const GAP = 1; // pixels between two images

/**
 * @param {string} [label]
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
