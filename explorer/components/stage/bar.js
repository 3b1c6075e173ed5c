// The bar at the lower edge: the caption of the view, its place in the tour, and buttons for who has no keys.

import { button, iconButton } from "../shared/controls.js";
import { h } from "../shared/dom.js";

/**
 * @typedef {object} Handlers
 * @property {(number: number) => void} go to a view, from 1; 0 ends the tour
 * @property {() => void} toggle stage mode
 * @property {() => void} help
 */

export class Bar {
  #caption = h("p", { class: "said", "aria-live": "polite" });
  #about = h("p", { class: "about" });
  #place = h("output", { "aria-label": "View" });
  #number = 0;

  /** @param {Handlers} handlers */
  constructor(handlers) {
    this.back = iconButton("‹", "View before", () => handlers.go(this.#number - 1), { title: "View before (Page Up)" });
    this.next = iconButton("›", "Next view", () => handlers.go(this.#number + 1), { title: "Next view (Page Down)" });
    this.end = button("End tour", () => handlers.go(0), "Stop playing; the tour stays in the link");
    this.stage = button("Stage", handlers.toggle, "Stage mode on or off (F)");
    const help = iconButton("?", "Words and keys", handlers.help, { title: "Words on this page, and all keys (?)" });
    this.steps = h("div", { class: "steps" }, this.back, this.#place, this.next);
    this.element = h(
      "div",
      { class: "bar", role: "region", "aria-label": "Tour" },
      h("div", { class: "words" }, this.#caption, this.#about),
      h("div", { class: "controls" }, this.steps, h("div", { class: "others" }, this.end, this.stage, help)),
    );
  }

  /**
   * @param {import("./stage.js").StageProps} props
   * @param {number} number of the view that is shown, or will be as soon as the page has followed
   * @param {boolean} stage
   */
  show({ title, captions, about }, number, stage) {
    this.#number = number;
    this.element.hidden = !stage && !number;
    this.element.dataset.n = `${number}`;
    this.#caption.textContent = number ? captions[number - 1] : "";
    this.#about.textContent = number ? `${title} · ${about}` : about;
    this.#place.textContent = `${number} / ${captions.length}`;
    this.back.disabled = number <= 1;
    this.next.disabled = number >= captions.length;
    this.steps.hidden = this.end.hidden = !number;
    this.stage.setAttribute("aria-pressed", `${stage}`);
  }
}
