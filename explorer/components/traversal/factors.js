// The information that a dimension has of each ground-truth factor: a cell for each, the fuller the more it has.

import { h } from "../shared/dom.js";

/**
 * @typedef {object} FactorProps
 * @property {string[]} names
 * @property {number[][]} share of the information of each factor (column) that a dimension (row) has, 0 … 1
 * @property {string} where it was measured
 */

/**
 * @param {FactorProps} factors
 * @param {number} dim
 * @returns {HTMLElement}
 */
export function factorCells({ names, share, where }, dim) {
  const fullest = Math.max(...share.flat(), 1e-9);
  const percent = (/** @type {number} */ factor) => Math.round(100 * share[dim][factor]);
  const cells = names.map((name, factor) => {
    const cell = h("span", { title: `z${dim} tells ${percent(factor)} % of ${name} (${where})` });
    cell.style.setProperty("--share", `${(100 * share[dim][factor]) / fullest}%`);
    return cell;
  });
  const best = share[dim].indexOf(Math.max(...share[dim]));
  const label = `z${dim} tells most of ${names[best]}: ${percent(best)} %`;
  return h("div", { class: "tells", role: "img", "aria-label": label }, ...cells);
}

const CLEAR = 0.3; // share of a factor's information from which on it describes a dimension

/**
 * What a dimension could be named after, or an invitation to name it.
 * @param {FactorProps | null} factors
 * @param {number} dim
 * @param {string} [invitation]
 * @returns {string}
 */
export function hintOf(factors, dim, invitation = "name it …") {
  if (!factors) return invitation;
  const most = Math.max(...factors.share[dim]);
  return most < CLEAR ? invitation : factors.names[factors.share[dim].indexOf(most)];
}

/**
 * The factors' names over their cells.
 * @param {FactorProps} factors
 * @returns {HTMLElement}
 */
export function factorHeads({ names }) {
  const heads = names.map((name) => h("span", {}, name));
  return h("div", { class: "heads", "aria-hidden": "true" }, h("div", { class: "tells" }, ...heads));
}
