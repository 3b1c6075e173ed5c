// One dimension: its slider, its strip, what it carries, and the button that plays it.

import { iconButton } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { number } from "../shared/numbers.js";
import { imageUnder, stripCanvas } from "../shared/strip.js";
import { weightBar } from "../shared/weight.js";
import { STEPS } from "./range.js";

const COLLAPSED = 0.01; // nats below which a dimension carries nothing
const MOVING_KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];
const WHEEL = 5; // steps of the slider, without Shift
const LONGEST = 40; // characters of a name

/**
 * @typedef {object} RowHandlers
 * @property {() => void} begin before a gesture
 * @property {(dim: number, value: number, time?: number) => void} move
 * @property {() => void} commit after a gesture
 * @property {() => void} commitSoon after a gesture whose end nothing shows
 * @property {(row: SliderRow) => void} play or pause
 * @property {(dim: number) => number} value now
 * @property {(dim: number, name: string) => void} rename
 */

export class SliderRow {
  /** Whether it is on the screen, not folded away. */
  shown = true;

  /**
   * @param {number} dim
   * @param {import("./range.js").Range} range
   * @param {{weight: number, full: number, unit: string, collapsed: boolean, name: string, hint: string, fixed?: boolean}} carries
   *   `name`: given by a person; `hint`: shown where there is none; `fixed`: it may not be changed here
   * @param {RowHandlers} handlers
   * @param {HTMLElement[]} [beside] elements at the end of the row
   */
  constructor(dim, range, { weight, full, unit, collapsed, name, hint, fixed = false }, handlers, beside = []) {
    this.dim = dim;
    this.range = range;
    this.handlers = handlers;
    this.slider = h("input", {
      type: "range",
      class: "slider",
      "aria-label": `z${dim}, ${number(weight)} ${unit}`,
    });
    this.value = h("output", { class: "value" });
    this.strip = stripCanvas(`Traversal of z${dim}: click to go there`);
    const title = `Animate z${dim}`;
    this.button = iconButton("▶", title, () => handlers.play(this), { title });
    this.weight = weightBar(full, unit);
    this.given = h("input", {
      class: "given",
      value: name,
      placeholder: hint,
      maxlength: `${LONGEST}`,
      "aria-label": `Name of z${dim}`,
      title: fixed ? "What this dimension moves" : "What this dimension moves: click to name it",
      readonly: fixed ? "" : null,
    });
    this.label = h(
      "div",
      { class: "label", title: "Double-click puts it back to the middle" },
      h("span", { class: "name" }, `z${dim}`, this.value),
      this.weight.element,
      this.button,
      this.given,
    );
    const track = h("div", { class: "track" }, this.strip, this.slider);
    this.element = h("div", { class: "row", "data-dim": `${dim}` }, this.label, track, ...beside);
    this.setWeight(weight, collapsed);
    this.setRange();
    this.#listen();
  }

  #listen() {
    const { dim, range, slider, strip, handlers } = this;
    slider.addEventListener("pointerdown", () => handlers.begin());
    slider.addEventListener("keydown", (event) => {
      if (MOVING_KEYS.includes(event.key)) handlers.begin();
    });
    slider.addEventListener("input", (event) => handlers.move(dim, slider.valueAsNumber, event.timeStamp));
    slider.addEventListener("change", () => handlers.commit());
    slider.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        handlers.begin();
        const steps = Math.sign(event.deltaX - event.deltaY) * (event.shiftKey ? 1 : WHEEL);
        handlers.move(dim, range.clamp(dim, handlers.value(dim) + steps * range.step(dim)), event.timeStamp);
        handlers.commitSoon();
      },
      { passive: false },
    );
    slider.addEventListener("dblclick", () => this.#go(range.centre[dim]));
    this.label.addEventListener("dblclick", (event) => {
      if (event.target !== this.button && event.target !== this.given) this.#go(range.centre[dim]);
    });
    this.given.addEventListener("keydown", (event) => {
      event.stopPropagation(); // Ctrl+Z belongs to the text here
      if (event.key === "Enter") this.given.blur();
    });
    this.given.addEventListener("change", () => handlers.rename(dim, this.given.value.trim()));
    strip.addEventListener("click", (event) =>
      this.#go(range.cellValue(dim, imageUnder(event, strip, STEPS)), event.timeStamp),
    );
  }

  /**
   * @param {number} value
   * @param {number} [time]
   */
  #go(value, time) {
    this.handlers.begin();
    this.handlers.move(this.dim, value, time);
    this.handlers.commit();
  }

  /** Take over the range, which has changed. */
  setRange() {
    const { dim, range, slider } = this;
    slider.min = `${range.low(dim)}`;
    slider.max = `${range.high(dim)}`;
    slider.step = `${range.step(dim)}`;
  }

  /** @param {number} value where the slider stands */
  place(value) {
    const { dim, range, slider } = this;
    slider.value = `${value}`;
    this.value.textContent = number(value);
    slider.setAttribute("aria-valuetext", `z${dim} = ${number(value)}`);
    this.element.dataset.outside = `${range.isOutside(dim, value)}`;
  }

  /**
   * @param {number} weight
   * @param {boolean} [collapsed] whether the dimension carries nothing
   */
  setWeight(weight, collapsed = weight < COLLAPSED) {
    this.weight.set(weight);
    this.element.toggleAttribute("data-collapsed", collapsed);
  }

  /** @param {string} name given by a person, perhaps elsewhere */
  setName(name) {
    if (!this.given.matches(":focus")) this.given.value = name;
  }

  /** @param {boolean} playing */
  setPlaying(playing) {
    this.button.textContent = playing ? "❚❚" : "▶";
    this.button.setAttribute("aria-pressed", `${playing}`);
  }
}
