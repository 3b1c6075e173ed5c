// How much a dimension carries, as a bar and a number.

import { h } from "./dom.js";
import { number } from "./numbers.js";

/**
 * @typedef {object} DimensionProps
 * @property {number[]} order of the sliders
 * @property {number[]} collapsed dimensions that carry nothing
 * @property {number[]} weights what each dimension carries
 * @property {string} unit of the weights
 * @property {Record<string, string>} names that a person gave to dimensions
 */

/**
 * @param {number[]} weights
 * @returns {number} what a full bar stands for
 */
export function fullWeight(weights) {
  return Math.max(...weights, 1e-9);
}

/**
 * @param {number} full the weight of a full bar
 * @param {string} unit
 * @returns {{element: HTMLElement, set: (weight: number) => void}}
 */
export function weightBar(full, unit) {
  const bar = h("span", { class: "bar" });
  const text = h("span");
  const element = h("span", { class: "weight" }, bar, text);
  return {
    element,
    set(weight) {
      bar.style.setProperty("--share", `${(100 * Math.max(0, weight)) / full}%`);
      text.textContent = number(weight);
      element.title = `${number(weight, 3)} ${unit}`;
    },
  };
}
