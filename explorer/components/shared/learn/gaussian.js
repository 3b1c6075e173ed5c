// The formula of a code, and draws from it.

import { h } from "../dom.js";
import { number } from "../numbers.js";

/** @typedef {import("../encoding.js").Posterior} Posterior */

/**
 * @param {() => number} [random] uniform in [0, 1)
 * @returns {number} from N(0, 1): Box & Muller 1958
 */
export function normal(random = Math.random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * z = μ + s · σ · ε.
 * @param {Posterior} posterior
 * @param {ArrayLike<number>} noise ε
 * @param {number} [scale] s
 * @returns {Float32Array}
 */
export function reparameterised({ mu, sigma }, noise, scale = 1) {
  return mu.map((mean, dim) => mean + scale * sigma[dim] * noise[dim]);
}

/**
 * KL(q(z|x) ‖ N(0, I)) in nats: Kingma & Welling 2014, appendix B.
 * @param {Posterior} posterior
 * @returns {number[]} of each dimension
 */
export function rates({ mu, sigma }) {
  return Array.from(mu, (mean, dim) => (mean ** 2 + sigma[dim] ** 2 - 1) / 2 - Math.log(sigma[dim]));
}

/**
 * @param {ArrayLike<number>} values
 * @returns {string} "(1.20, −0.31)"
 */
export function vector(values) {
  return `(${Array.from(values, (value) => number(value)).join(", ")})`;
}

/**
 * A formula of parts that are marked while they change.
 * @param {string} name of the list
 * @param {[symbol: string, label: string][]} parts
 * @returns {{element: HTMLElement, set: (values: Record<string, string>, changing?: string[]) => void}}
 */
export function formula(name, parts) {
  const values = new Map(parts.map(([symbol]) => [symbol, h("output", {})]));
  const rows = new Map(
    parts.map(([symbol, label]) => [
      symbol,
      h("div", { class: "term", title: label }, h("dt", {}, symbol), h("dd", {}, values.get(symbol))),
    ]),
  );
  const element = h("dl", { class: "formula", "aria-label": name }, ...rows.values());
  return {
    element,
    set(texts, changing = []) {
      for (const [symbol, text] of Object.entries(texts)) {
        const output = values.get(symbol);
        if (output) output.textContent = text;
      }
      for (const [symbol, row] of rows) row.dataset.changes = `${changing.includes(symbol)}`;
    },
  };
}
