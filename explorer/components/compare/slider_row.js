// The slider of one dimension of the reference.

import { h } from "../shared/dom.js";
import { number } from "../shared/numbers.js";
import { weightBar } from "../shared/weight.js";

const FINE = 300; // steps of a slider

export class SliderRow {
  /**
   * @param {number} dim
   * @param {{title: string, name: string, low: number, high: number, weight: number, full: number, unit: string, collapsed: boolean}}
   *   props
   * @param {{choose: () => void, move: (value: number, time: number) => void, commit: () => void, reset: () => void}}
   *   handlers
   */
  constructor(dim, { title, name, low, high, weight, full, unit, collapsed }, { choose, move, commit, reset }) {
    this.dim = dim;
    this.slider = h("input", {
      type: "range",
      class: "slider",
      min: low,
      max: high,
      step: (high - low) / FINE,
      "aria-label": `${`z${dim} ${name}`.trimEnd()} of ${title}`,
    });
    this.value = h("output", { class: "value" });
    const bar = weightBar(full, unit);
    bar.set(weight);
    const heading = h("span", { class: "name" }, `z${dim}`, this.value);
    const given = name ? h("span", { class: "given" }, name) : null;
    this.element = h(
      "div",
      { class: "row", "data-collapsed": collapsed, "data-dim": `${dim}` },
      h("div", { class: "label" }, heading, bar.element, given),
      this.slider,
    );
    this.slider.addEventListener("input", (event) => move(this.slider.valueAsNumber, event.timeStamp));
    this.slider.addEventListener("focus", choose);
    this.slider.addEventListener("change", commit);
    this.element.addEventListener("dblclick", reset);
  }

  /** @param {number} value where the slider stands */
  place(value) {
    this.slider.value = `${value}`;
    this.value.textContent = number(value);
  }
}
