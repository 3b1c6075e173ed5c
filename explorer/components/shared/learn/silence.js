// Reverse water-filling: the rate of each dimension at a β, and from which β on it carries nothing.

import { betaText } from "../beta.js";
import { h } from "../dom.js";
import { number } from "../numbers.js";

export const SILENT = 0.1; // nats, below which a dimension says nothing

/**
 * For each dimension the first step from which on it stays silent; the number of steps where it never is.
 * @param {number[][]} rates steps · D, in the order of growing β
 * @returns {number[]}
 */
export function silentFrom(rates) {
  return rates[0].map((_, dim) => {
    let step = rates.length;
    while (step > 0 && rates[step - 1][dim] < SILENT) step -= 1;
    return step;
  });
}

/**
 * @param {number[]} betas
 * @param {number[][]} rates steps · D
 * @returns {{element: HTMLElement, show: (step: number) => void}}
 */
export function silence(betas, rates) {
  const from = silentFrom(rates);
  const largest = Math.max(...rates.flat());
  const order = from.map((_, dim) => dim).sort((a, b) => from[b] - from[a] || rates[0][b] - rates[0][a]);
  const rows = order.map((dim) => {
    const [bar, value] = [h("span", { class: "bar" }), h("output", {})];
    const end = from[dim] < betas.length ? `silent from β = ${betaText(betas[from[dim]])}` : "never silent here";
    const element = h("div", { class: "row" }, h("span", {}, `z${dim}`), bar, value, h("span", { class: "end" }, end));
    return { dim, element, bar, value };
  });
  return {
    element: h("div", { class: "silence" }, ...rows.map(({ element }) => element)),
    show(step) {
      for (const { dim, element, bar, value } of rows) {
        const nats = rates[step][dim];
        bar.style.setProperty("--share", `${(100 * nats) / largest}%`);
        value.textContent = number(nats, 1);
        element.dataset.silent = `${nats < SILENT}`;
      }
    },
  };
}
