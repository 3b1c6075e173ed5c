// The colours of a map's points: classes by a palette, numbers by viridis.

import { clamp } from "../numbers.js";
import { rangeOf } from "./values.js";

const VIRIDIS = [
  [68, 1, 84],
  [72, 36, 117],
  [65, 68, 135],
  [53, 95, 141],
  [42, 120, 142],
  [33, 145, 140],
  [34, 168, 132],
  [68, 191, 112],
  [122, 209, 81],
  [189, 223, 38],
  [253, 231, 37],
];
const OPACITY = 205;

/** @typedef {import("../safetensors.js").Numbers} Numbers */

/** Viridis as a background of CSS. */
export const GRADIENT = `linear-gradient(90deg, ${VIRIDIS.map((rgb) => `rgb(${rgb})`).join(", ")})`;

/**
 * @param {number} share 0 … 1
 * @returns {number[]} red, green, blue
 */
export function viridis(share) {
  const place = clamp(share, 0, 1) * (VIRIDIS.length - 1);
  const low = Math.min(VIRIDIS.length - 2, Math.floor(place));
  return VIRIDIS[low].map((value, channel) => Math.round(value + (VIRIDIS[low + 1][channel] - value) * (place - low)));
}

/**
 * @param {string} hex as in "#ff8000"
 * @returns {number[]} red, green, blue
 */
export function rgbOf(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/**
 * @param {Numbers} classes one per point
 * @param {string[]} palette
 * @param {Set<number>} hidden classes that get alpha 0
 * @returns {Uint8Array<ArrayBuffer>} rgba of the points
 */
export function coloursOfClasses(classes, palette, hidden) {
  const rgba = new Uint8Array(classes.length * 4);
  const colours = palette.map(rgbOf);
  classes.forEach((value, row) =>
    rgba.set([...colours[value % colours.length], hidden.has(value) ? 0 : OPACITY], 4 * row),
  );
  return rgba;
}

/**
 * @param {Numbers} values one per point
 * @returns {Uint8Array<ArrayBuffer>} rgba of the points
 */
export function coloursOfValues(values) {
  const rgba = new Uint8Array(values.length * 4);
  const [low, high] = rangeOf(values);
  const table = Array.from({ length: 256 }, (_, step) => viridis(step / 255));
  values.forEach((value, row) => {
    const step = clamp(Math.round((255 * (value - low)) / (high - low)), 0, 255);
    rgba.set([...table[step], OPACITY], 4 * row);
  });
  return rgba;
}
