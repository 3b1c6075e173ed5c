// The tools of each damage: the brush, the noise, the squares.

import { button, choice } from "../shared/controls.js";
import { h } from "../shared/dom.js";

/**
 * @param {number} widest radius, in pixels of the image
 * @param {import("./painter.js").Painter} painter
 * @param {{clear: () => void, invert: () => void}} actions
 * @param {HTMLElement} undo
 * @returns {{element: HTMLElement, setRadius: (radius: number) => void}}
 */
export function brushTools(widest, painter, { clear, invert }, undo) {
  const size = h("input", {
    type: "range",
    min: 0.5,
    max: widest,
    step: 0.5,
    value: `${painter.radius}`,
    "aria-label": "Size of the brush",
    title: "Size of the brush ([ and ])",
    oninput: () => {
      painter.radius = size.valueAsNumber;
    },
  });
  /** @type {[boolean, string][]} */
  const ways = [
    [false, "Paint"],
    [true, "Erase"],
  ];
  const erasing = choice("Brush", ways, false, (erases) => (painter.erases = erases));
  const tools = [erasing, size, button("Clear", clear), button("Invert", invert), undo];
  return {
    element: h("div", { class: "tools brush" }, ...tools),
    setRadius: (radius) => (size.value = `${radius}`),
  };
}

/**
 * @param {number} sigma
 * @param {{moved: (sigma: number) => void, rests: (sigma: number) => void, again: () => void}} handlers again: other noise
 * @returns {HTMLElement}
 */
export function noiseTools(sigma, { moved, rests, again }) {
  const text = h("output", {}, `${sigma}`);
  const level = h("input", {
    type: "range",
    min: 0.05,
    max: 1,
    step: 0.05,
    value: `${sigma}`,
    "aria-label": "Standard deviation of the noise",
    oninput: () => {
      text.textContent = level.value;
      moved(level.valueAsNumber);
    },
    onchange: () => {
      rests(level.valueAsNumber);
    },
  });
  return h("div", { class: "tools level" }, "σ", level, text, button("Other noise", again));
}

/**
 * @param {import("../shared/component.js").Shape} shape
 * @param {number[]} factors sides of squares that fit
 * @param {number} factor
 * @param {(factor: number) => void} changed
 * @returns {HTMLElement}
 */
export function squareTools([, height, width], factors, factor, changed) {
  /** @type {[number, string, string][]} */
  const options = factors.map((side) => [
    side,
    `${side} × ${side}`,
    `${width / side} × ${height / side} pixels remain`,
  ]);
  return h("div", { class: "tools" }, choice("Squares", options, factor, changed));
}
