// The row that the model decodes, as a table: what has changed most since the last move began is on top.

import { h } from "../shared/dom.js";
import { number } from "../shared/numbers.js";
import { changeOf, partOf, textOf } from "./values.js";

/** @typedef {import("./values.js").Column} Column */

const FULL = 2; // standard deviations of a full bar
const SORT = 350; // milliseconds between two sortings while a thumb moves: faster, and nobody can read
const LEAST = 0.005; // smaller changes are no changes

export class RowTable {
  /** @type {Float32Array | null} what is shown */
  #now = null;
  /** @type {Float32Array | null} from where changes are measured */
  #before = null;
  #sorted = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #cells;
  #body;

  /** @param {Column[]} columns */
  constructor(columns) {
    this.#cells = columns.map((column) => {
      const value = h("td", { class: "number" });
      const bar = h("span", { class: "change" });
      const change = h("td", { class: "number" });
      const original = h("td", { class: "number original" });
      const element = h("tr", { "data-column": column.name }, h("th", { scope: "row" }, column.name), value, h("td", { class: "bars" }, bar), change, original); // prettier-ignore
      return { column, value, bar, change, original, element, amount: 0 };
    });
    this.#body = h("tbody", {}, ...this.#cells.map(({ element }) => element));
    const heads = ["Column", "Decoded", "", "Change", "In the data"].map((text) => (text ? h("th", { scope: "col" }, text) : h("td")));
    this.element = h(
      "div",
      { class: "row-table" },
      h("table", {}, h("thead", {}, h("tr", {}, ...heads)), this.#body),
      h("div", { class: "caption" }, "Change since the last move began: numbers in standard deviations, categories in probability."),
    ); // prettier-ignore
  }

  /** A move begins: changes are measured from what is shown now. */
  begin() {
    this.#before = this.#now;
  }

  /** @param {Float32Array} row */
  show(row) {
    this.#now = row;
    const before = this.#before ?? row;
    for (const cell of this.#cells) {
      const part = partOf(cell.column, row);
      const change = changeOf(part, partOf(cell.column, before));
      cell.amount = Math.abs(change);
      cell.value.textContent = textOf(cell.column, part);
      cell.change.textContent = cell.amount < LEAST ? "" : `${change > 0 ? "+" : ""}${number(change)}${part.length > 1 ? "" : " σ"}`;
      cell.bar.style.setProperty("--size", `${50 * Math.min(1, cell.amount / FULL)}%`);
      cell.bar.dataset.sign = part.length > 1 ? "both" : change < 0 ? "down" : "up";
    }
    clearTimeout(this.#timer);
    const wait = this.#sorted + SORT - performance.now();
    if (wait <= 0) this.#sort();
    else this.#timer = setTimeout(() => this.#sort(), wait);
  }

  /** @param {string[] | null} texts of the test row in view; null: none is */
  setOriginal(texts) {
    this.#cells.forEach(({ original }, place) => (original.textContent = texts ? texts[place] || "–" : ""));
    this.element.dataset.original = texts ? "true" : "false";
  }

  #sort() {
    this.#sorted = performance.now();
    const rank = (/** @type {number} */ amount) => (amount < LEAST ? 0 : amount);
    const wanted = [...this.#cells].sort((a, b) => rank(b.amount) - rank(a.amount)).map(({ element }) => element);
    if (wanted.some((element, place) => this.#body.children[place] !== element)) this.#body.append(...wanted);
  }
}
