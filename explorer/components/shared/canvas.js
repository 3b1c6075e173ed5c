// Raw pixels onto canvases; CSS enlarges them.

import { tiledSize, writeChange, writeTiles } from "./pixels.js";

/** @typedef {import("./component.js").Shape} Shape */

/**
 * Buffers are used again: a drag paints often.
 * @type {WeakMap<HTMLCanvasElement, {data: ImageData, colours: Uint32Array}>}
 */
const buffers = new WeakMap();

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {CanvasRenderingContext2D}
 */
export function context2d(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This canvas has no 2D context.");
  return context;
}

/**
 * Paint one image of `pixels`.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} pixels
 * @param {Shape} shape
 * @param {number} [image]
 */
export function paint(canvas, pixels, shape, image = 0) {
  paintTiles(canvas, pixels, shape, [image], 1, 0);
  countPaint(canvas);
}

/**
 * Count in `data-painted` how often a canvas was painted.
 * @param {HTMLCanvasElement} canvas
 */
export function countPaint(canvas) {
  canvas.dataset.painted = `${Number(canvas.dataset.painted ?? 0) + 1}`;
}

/**
 * Paint images side by side in `columns`, with `gap` pixels between.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} pixels
 * @param {Shape} shape
 * @param {number[]} images
 * @param {number} columns
 * @param {number} gap
 */
export function paintTiles(canvas, pixels, shape, images, columns, gap) {
  const { data, colours } = bufferOf(canvas, ...tiledSize(shape, images.length, columns, gap));
  writeTiles(colours, pixels, shape, images, columns, gap);
  context2d(canvas).putImageData(data, 0, 0);
}

/**
 * Paint what changed from image `before` to `now`.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} now
 * @param {Uint8Array} before
 * @param {Shape} shape
 * @returns {number} the mean |change|, of 1
 */
export function paintChange(canvas, now, before, [channels, height, width]) {
  const { data, colours } = bufferOf(canvas, width, height);
  const mean = writeChange(colours, now, before, channels);
  context2d(canvas).putImageData(data, 0, 0);
  return mean;
}

/**
 * Dispatch `painted` with the next frame, for whoever measures how long that took.
 * @param {HTMLCanvasElement} canvas
 * @param {number} requested when the image was requested
 */
export function announce(canvas, requested) {
  requestAnimationFrame((now) =>
    canvas.dispatchEvent(new CustomEvent("painted", { detail: { requested, now }, bubbles: true, composed: true })),
  );
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
function bufferOf(canvas, width, height) {
  const known = buffers.get(canvas);
  if (known && known.data.width === width && known.data.height === height) return known;
  canvas.width = width;
  canvas.height = height;
  const data = new ImageData(width, height);
  const buffer = { data, colours: new Uint32Array(data.data.buffer) };
  buffers.set(canvas, buffer);
  return buffer;
}
