// What the colours of the map mean.

import { h } from "../dom.js";
import { number } from "../numbers.js";
import { GRADIENT } from "./colours.js";
import { rangeOf } from "./values.js";

/** @typedef {import("../safetensors.js").Numbers} Numbers */

/**
 * @typedef {object} ColouringProps
 * @property {string} name in links
 * @property {string} label as shown
 * @property {string} source where its values are, as `valuesOf` takes it
 * @property {string[] | null} names of the classes, where they are classes
 * @property {string | null} unit
 */

/**
 * A button for each class, pressed while the class is shown.
 * @param {string[]} names
 * @param {Numbers} classes of all points
 * @param {string[]} palette
 * @param {Set<number>} hidden
 * @param {(index: number) => void} toggle
 * @returns {HTMLElement[]}
 */
export function classLegend(names, classes, palette, hidden, toggle) {
  const counts = countOf(classes);
  return names.map((text, index) => {
    const dot = h("span", { class: "dot" });
    dot.style.background = palette[index % palette.length];
    return h(
      "button",
      {
        type: "button",
        class: "chip",
        "aria-pressed": !hidden.has(index),
        title: `${counts.get(index) ?? 0} images; click to hide or show`,
        onclick: () => toggle(index),
      },
      dot,
      text,
    );
  });
}

/**
 * A scale of colours between its two ends.
 * @param {ColouringProps} colouring
 * @param {Numbers} values
 * @returns {(HTMLElement | string)[]}
 */
export function scaleLegend({ label, unit }, values) {
  const [low, high] = rangeOf(values);
  const bar = h("span", { class: "gradient" });
  bar.style.background = GRADIENT;
  return [label, number(low), bar, `${number(high)} ${unit ?? ""}`];
}

/**
 * @param {Numbers} classes
 * @returns {Map<number, number>} how often each occurs
 */
export function countOf(classes) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const value of classes) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
