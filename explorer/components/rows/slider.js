// The slider of one latent dimension of a table's model.

import { h } from "../shared/dom.js";
import { number } from "../shared/numbers.js";
import { weightBar } from "../shared/weight.js";

const FINE = 300; // steps of a slider

export class Slider {
  /**
   * @param {number} dim
   * @param {{weight: number, full: number, unit: string, collapsed: boolean, name: string}} carries
   * @param {{begin: (dim: number) => void, move: (dim: number, value: number, time: number) => void, commit: () => void}} handlers
   */
  constructor(dim, { weight, full, unit, collapsed, name }, { begin, move, commit }) {
    this.dim = dim;
    let moving = false;
    this.slider = h("input", { type: "range", class: "plain-slider", "aria-label": `z${dim} ${name}`.trimEnd() });
    this.value = h("output", { class: "value" });
    const bar = weightBar(full, unit);
    bar.set(weight);
    const heading = h("span", { class: "name" }, `z${dim}`, this.value);
    this.element = h(
      "div",
      { class: "row", "data-collapsed": collapsed, "data-dim": `${dim}`, title: name },
      h("div", { class: "label" }, heading, bar.element),
      this.slider,
    );
    this.slider.addEventListener("input", (event) => {
      if (!moving) begin(dim);
      moving = true;
      move(dim, this.slider.valueAsNumber, event.timeStamp);
    });
    this.slider.addEventListener("change", () => {
      moving = false;
      commit();
    });
  }

  /**
   * @param {number} value where the slider stands
   * @param {number} low
   * @param {number} high
   */
  place(value, low, high) {
    Object.assign(this.slider, { min: `${low}`, max: `${high}`, step: `${(high - low) / FINE}`, value: `${value}` });
    this.value.textContent = number(value);
  }
}
