// The items that the model recommends, first ones on top: what is in the history is listed apart.

import { h } from "../shared/dom.js";
import { first, placesMoved } from "./ranking.js";

const SHOWN = 20; // items in the list
const NAMED = 30; // items of the history that are named

export class ItemList {
  #names;
  /** @type {Set<number>} */
  #history = new Set();
  /** @type {Float32Array | null} what is shown */
  #now = null;
  /** @type {number[]} the ranking from which places are counted */
  #before = [];
  #body = h("tbody", {});
  #had = h("p", { class: "history" });

  /**
   * @param {string[]} names
   * @param {number[]} history
   */
  constructor(names, history) {
    this.#names = names;
    const heads = ["", "Recommended", "", "Probability", "Moved"].map((text) => (text ? h("th", { scope: "col" }, text) : h("td")));
    this.element = h(
      "div",
      { class: "row-table item-list" },
      this.#had,
      h("table", {}, h("thead", {}, h("tr", {}, ...heads)), this.#body),
      h("div", { class: "caption" }, "Probability of an item to be the next, and how many places it has moved since the last move began."),
    ); // prettier-ignore
    this.setHistory(history);
  }

  /** A move begins: places are counted from what is shown now. */
  begin() {
    if (this.#now) this.#before = first(this.#now, this.#history, this.#names.length);
  }

  /** @param {Float32Array} probabilities of all items */
  show(probabilities) {
    this.#now = probabilities;
    const items = first(probabilities, this.#history, SHOWN);
    const full = Math.max(1e-9, probabilities[items[0]] ?? 0);
    const rows = items.map((item, place) => {
      const moved = placesMoved(this.#before, item, place);
      const bar = h("span", { class: "change" });
      bar.style.setProperty("--size", `${(100 * probabilities[item]) / full}%`);
      bar.dataset.sign = "share";
      return h(
        "tr",
        { "data-item": this.#names[item] },
        h("td", { class: "number" }, `${place + 1}`),
        h("th", { scope: "row" }, this.#names[item]),
        h("td", { class: "bars" }, bar),
        h("td", { class: "number" }, `${(100 * probabilities[item]).toFixed(1)} %`),
        h("td", { class: "number" }, moved ? `${moved > 0 ? "↑" : "↓"} ${Math.abs(moved)}` : ""),
      );
    });
    this.#body.replaceChildren(...rows);
  }

  /** @param {number[]} items of the history in view, which are not recommended */
  setHistory(items) {
    this.#history = new Set(items);
    const more = items.length > NAMED ? ` and ${items.length - NAMED} more` : "";
    const named = items.slice(0, NAMED).map((item) => this.#names[item]);
    this.#had.textContent = items.length ? `In the history: ${named.join(", ")}${more}.` : "";
    if (this.#now) this.show(this.#now);
  }

  /** @param {string[] | null} _texts of a row of a table: a history has none */
  setOriginal(_texts) {}
}
