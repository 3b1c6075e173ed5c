// The rows in their order: the first ones in view, the others folded away.

import { fold } from "../shared/controls.js";
import { h } from "../shared/dom.js";

const VISIBLE = 12;

/** @typedef {import("./slider_row.js").SliderRow} SliderRow */

/**
 * @param {SliderRow[]} rows
 * @param {Set<number>} collapsed dimensions that carry nothing
 * @param {() => void} unfolded called when other rows are in view
 * @returns {HTMLElement[]}
 */
export function rowList(rows, collapsed, unfolded) {
  const silent = rows.filter(({ dim }) => collapsed.has(dim));
  const active = rows.filter(({ dim }) => !collapsed.has(dim));
  const list = h("div", { class: "rows" }, ...active.slice(0, VISIBLE).map(({ element }) => element));
  /** @type {[SliderRow[], string][]} */
  const folds = [
    [active.slice(VISIBLE), "more dimensions"],
    [silent, "collapsed: these carry nothing"],
  ];
  return [list, ...folds.filter(([folded]) => folded.length).map(([folded, text]) => foldOf(folded, text, unfolded))];
}

/**
 * @param {SliderRow[]} rows
 * @param {string} text
 * @param {() => void} unfolded
 */
function foldOf(rows, text, unfolded) {
  /** @param {boolean} shown */
  const show = (shown) => {
    for (const row of rows) row.shown = shown;
  };
  show(false);
  const elements = rows.map(({ element }) => element);
  return fold(`${rows.length} ${text}`, elements, (open) => {
    show(open);
    unfolded();
  });
}
