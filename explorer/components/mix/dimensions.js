// A row for each dimension: whether it comes from B, and where A, B and the mix stand.

import { h } from "../shared/dom.js";
import { clamp, number } from "../shared/numbers.js";
import { fullWeight, weightBar } from "../shared/weight.js";

const REACH = 3; // standard deviations to either side

/** @typedef {import("../shared/weight.js").DimensionProps & {centre: number[], deviation: number[]}} RowsProps */

export class DimensionRows {
  /** @type {Map<number, Row>} */
  #rows;

  /**
   * @param {RowsProps} data
   * @param {(dim: number, taken: boolean) => void} ticked
   */
  constructor(data, ticked) {
    const full = fullWeight(data.weights);
    const collapsed = new Set(data.collapsed);
    const rows = data.order.filter((dim) => !collapsed.has(dim)).map((dim) => new Row(dim, data, full, ticked));
    this.#rows = new Map(rows.map((row) => [row.dim, row]));
    this.element = h("div", { class: "rows" }, ...rows.map(({ element }) => element));
  }

  /**
   * @param {Set<number>} taken
   * @param {number[]} a
   * @param {number[]} b
   * @param {number[]} z
   */
  show(taken, a, b, z) {
    for (const [dim, row] of this.#rows) row.show(taken.has(dim), a[dim], b[dim], z[dim]);
  }
}

class Row {
  #tick;
  #a = h("span", { class: "mark a" }, "A");
  #b = h("span", { class: "mark b" }, "B");
  #here = h("span", { class: "mark here" });

  /**
   * @param {number} dim
   * @param {RowsProps} data
   * @param {number} full
   * @param {(dim: number, taken: boolean) => void} ticked
   */
  constructor(dim, data, full, ticked) {
    this.dim = dim;
    this.centre = data.centre[dim];
    this.deviation = data.deviation[dim];
    const name = data.names[`${dim}`] ?? "";
    const bar = weightBar(full, data.unit);
    bar.set(data.weights[dim]);
    this.#tick = h("input", {
      type: "checkbox",
      onchange: () => {
        ticked(dim, this.#tick.checked);
      },
    });
    this.element = h(
      "label",
      { class: "row", "data-dim": `${dim}` },
      this.#tick,
      h("span", { class: "name" }, `z${dim}`, h("span", { class: "given" }, ` ${name}`)),
      bar.element,
      h("span", { class: "track" }, this.#a, this.#b, this.#here),
    );
  }

  /**
   * @param {boolean} taken
   * @param {number} a
   * @param {number} b
   * @param {number} z
   */
  show(taken, a, b, z) {
    this.#tick.checked = taken;
    this.element.dataset.taken = `${taken}`;
    this.element.title = `A ${number(a)}, B ${number(b)}, now ${number(z)}`;
    const marks = /** @type {[HTMLElement, number][]} */ ([
      [this.#a, a],
      [this.#b, b],
      [this.#here, z],
    ]);
    for (const [mark, value] of marks) {
      const place = (value - this.centre) / this.deviation / (2 * REACH) + 0.5;
      mark.style.left = `${100 * clamp(place, 0, 1)}%`;
    }
  }
}
