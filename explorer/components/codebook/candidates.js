// The nearest words to that of the chosen cell, each with the image that it would make.

import { paint } from "../shared/canvas.js";
import { h } from "../shared/dom.js";
import { number } from "../shared/numbers.js";
import { placeOf } from "./cells.js";
import { distances, nearestOf, sortedBy } from "./grid.js";

const MOST = 24;

export class Candidates {
  /** @type {number[]} the words that the buttons stand for */
  #words = [];
  /** @type {Float32Array | null} codes that wait to be decoded */
  #codes = null;

  /**
   * @param {import("../shared/connection.js").Connection} connection
   * @param {import("../shared/component.js").Shape} shape
   * @param {import("./grid.js").Grid} grid
   * @param {(word: number) => void} chosen
   */
  constructor(connection, shape, grid, chosen) {
    this.grid = grid;
    this.title = h("div", { class: "title" });
    this.buttons = Array.from({ length: Math.min(MOST, grid.words.length) }, (_, index) => {
      const canvas = h("canvas", { class: "pixels" });
      const caption = h("figcaption");
      const choose = () => chosen(this.#words[index]);
      const element = h("button", { type: "button", class: "candidate", onclick: choose }, canvas, caption);
      return { element, canvas, caption };
    });
    this.element = h("div", { class: "candidates" }, ...this.buttons.map(({ element }) => element));
    this.remove = connection.add({
      limit: 1,
      next: () => {
        const codes = this.#codes;
        if (!codes) return null;
        this.#codes = null;
        return {
          codes,
          done: (pixels) => this.buttons.forEach(({ canvas }, index) => paint(canvas, pixels, shape, index)),
          lost: () => (this.#codes ??= codes),
        };
      },
    });
  }

  /**
   * @param {Float64Array} z
   * @param {number} cell
   */
  show(z, cell) {
    const { grid, buttons } = this;
    const far = distances(grid.words, grid.vectorAt(z, cell));
    const now = nearestOf(far);
    const words = (this.#words = sortedBy(far, buttons.length));
    this.title.textContent = `${placeOf(cell, grid.side)} says word ${now}. Nearest words:`;
    buttons.forEach(({ element, caption }, index) => {
      const word = words[index];
      caption.textContent = `${word} · ${number(far[word])}`;
      element.setAttribute("aria-label", `Swap in word ${word}, ${number(far[word])} away`);
      element.setAttribute("aria-pressed", `${word === now}`);
    });
    this.#codes = new Float32Array(words.length * z.length);
    words.forEach((word, index) => this.#codes?.set(grid.put(z, cell, word), index * z.length));
  }
}
