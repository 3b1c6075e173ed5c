// An image pinned beside the live one, and what has changed since.

import { paint, paintChange } from "../shared/canvas.js";
import { button } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { number } from "../shared/numbers.js";

export class Pin {
  /** @type {Uint8Array | null} */
  #pinned = null;
  /** @type {Uint8Array | null} */
  #current = null;
  #reference = h("canvas", { class: "pixels small", role: "img", "aria-label": "Pinned image" });
  #change = h("canvas", {
    class: "pixels small",
    role: "img",
    "aria-label": "Change since the pin: red brighter, blue darker",
  });
  #caption = h("figcaption");

  /** @param {import("../shared/component.js").Shape} shape */
  constructor(shape) {
    this.shape = shape;
    this.figures = [
      h("figure", { hidden: true }, this.#reference, h("figcaption", {}, "pinned")),
      h("figure", { hidden: true }, this.#change, this.#caption),
    ];
    this.button = button(
      "Pin",
      () => this.set(this.#pinned || !this.#current ? null : this.#current.slice()),
      "Keep this image beside the live one and see what changes",
    );
  }

  /** @param {Uint8Array | null} pixels null: nothing is pinned any more */
  set(pixels) {
    this.#pinned = pixels;
    if (pixels) paint(this.#reference, pixels, this.shape);
    for (const figure of this.figures) figure.hidden = !pixels;
    this.button.textContent = pixels ? "Unpin" : "Pin";
    this.button.setAttribute("aria-pressed", `${Boolean(pixels)}`);
    this.#compare();
  }

  /** @param {Uint8Array} pixels the live image */
  show(pixels) {
    this.#current = pixels;
    this.#compare();
  }

  #compare() {
    if (!this.#pinned || !this.#current) return;
    const mean = paintChange(this.#change, this.#current, this.#pinned, this.shape);
    this.#caption.textContent = `change ${number(mean, 3)}`;
  }
}
