// What the model and plain methods make of what is seen: the best answer large, the others small, each with its PSNR.

import { paint } from "../shared/canvas.js";
import { h } from "../shared/dom.js";
import { indices, number } from "../shared/numbers.js";

/** @typedef {import("./search.js").Answer} Answer */

export class Answers {
  /** @type {Uint8Array | null} */
  #pixels = null;
  /** @type {Answer | null} */
  #answer = null;
  /** @type {number | null} the answer that a person chose */
  #chosen = null;
  /** @type {Tile[]} */
  #others = [];
  #main = h("canvas", { class: "pixels main", role: "img", "aria-label": "The model’s answer" });
  #caption = h("div", { class: "caption", "aria-live": "polite" });
  #bar = h("div", { class: "progress", role: "progressbar", "aria-label": "Steps of the search" });
  #heading = h("div", { class: "title" }, "Other answers");
  #list = h("div", { class: "tiles" });
  #plain = h("div", { class: "tiles" });

  /**
   * @param {import("../shared/component.js").Shape} shape
   * @param {() => void} chosen called when a person chooses another answer
   */
  constructor(shape, chosen) {
    this.shape = shape;
    this.chosen = chosen;
    this.original = new Tile(shape, "original");
    this.stage = h("div", { class: "stage" }, this.#main, this.#bar, this.#caption);
    this.beside = h(
      "div",
      { class: "beside" },
      this.#heading,
      this.#list,
      h("div", { class: "title" }, "Without the model"),
      this.#plain,
    );
    this.#plain.append(this.original.figure);
  }

  /** A search begins: nobody has chosen yet, and the plain repairs are of another image. */
  begin() {
    this.#chosen = null;
    this.stage.dataset.progress = "0";
  }

  /**
   * Nothing is searched for.
   * @param {Uint8Array} pixels of the image
   * @param {string} caption
   */
  rest(pixels, caption) {
    this.#answer = null;
    paint(this.#main, pixels, this.shape);
    this.#caption.textContent = caption;
    this.#bar.style.setProperty("--share", "0%");
    this.#list.replaceChildren();
    this.#others = [];
    this.#plain.replaceChildren(this.original.figure);
  }

  /** The code of the answer that is shown large. */
  get code() {
    return this.#answer?.codes?.[this.#shown] ?? null;
  }

  get #shown() {
    const energy = this.#answer?.energy ?? [0];
    return this.#chosen ?? (this.#answer?.draws ? 0 : energy.indexOf(Math.min(...energy)));
  }

  /**
   * @param {Answer} answer a state of the search
   * @param {Uint8Array} pixels of all answers
   */
  show(answer, pixels) {
    this.#answer = answer;
    this.#pixels = pixels;
    const share = Math.round(100 * (answer.progress ?? 0));
    this.stage.dataset.progress = `${answer.progress}`;
    this.#bar.style.setProperty("--share", `${share}%`);
    this.#bar.setAttribute("aria-valuenow", `${share}`);
    this.#heading.textContent = answer.draws ? "Answers: draws from p(z|y)" : "Answers from other starts";
    this.#draw();
  }

  #draw() {
    const [answer, pixels] = [this.#answer, this.#pixels];
    if (!answer?.psnr || !answer.energy || !pixels) return;
    const { psnr, energy } = answer;
    const least = Math.min(...energy);
    const shown = this.#shown;
    paint(this.#main, pixels, this.shape, shown);
    this.#caption.textContent = `${number(psnr[shown], 1)} dB · ${this.#rank(energy[shown] - least)}`;
    if (this.#others.length !== psnr.length) {
      this.#others = indices(psnr.length).map((index) => new Tile(this.shape, "Answer", () => this.#choose(index)));
      this.#list.replaceChildren(...this.#others.map(({ figure }) => figure));
    }
    this.#others.forEach((tile, index) => {
      const behind = Math.round(energy[index] - least);
      const rank = answer.draws || !behind ? "" : ` · −${behind} nats`;
      tile.show(pixels, index, `${number(psnr[index], 1)} dB${rank}`, index === shown);
    });
  }

  /** @param {number} behind the most probable answer, in nats */
  #rank(behind) {
    if (this.#answer?.draws) return "a draw";
    return behind > 0.05 ? `${number(behind, 1)} nats less probable` : "the most probable code";
  }

  /** @param {number} index */
  #choose(index) {
    this.#chosen = index;
    this.#draw();
    this.chosen();
  }

  /**
   * @param {Answer} answer
   * @param {Uint8Array} pixels of all plain repairs
   */
  showPlain({ plain = [], psnr = [] }, pixels) {
    const tiles = plain.map((title, index) => {
      const tile = new Tile(this.shape, title);
      tile.show(pixels, index, `${title.toLowerCase()} · ${number(psnr[index], 1)} dB`);
      return tile;
    });
    this.#plain.replaceChildren(...tiles.map(({ figure }) => figure), this.original.figure);
  }
}

/** A small image with a caption. */
class Tile {
  #canvas;
  #caption = h("figcaption");

  /**
   * @param {import("../shared/component.js").Shape} shape
   * @param {string} title
   * @param {() => void} [pressed]
   */
  constructor(shape, title, pressed) {
    this.shape = shape;
    this.#canvas = h("canvas", { class: "pixels", role: "img", "aria-label": title });
    this.button = pressed && h("button", { type: "button", class: "jump", onclick: pressed }, this.#canvas);
    this.figure = h("figure", {}, this.button ?? this.#canvas, this.#caption);
  }

  /**
   * @param {Uint8Array} pixels
   * @param {number} index
   * @param {string} caption
   * @param {boolean} [pressed]
   */
  show(pixels, index, caption, pressed = false) {
    paint(this.#canvas, pixels, this.shape, index);
    this.#caption.textContent = caption;
    if (this.button) this.#canvas.setAttribute("aria-label", caption);
    this.button?.setAttribute("aria-pressed", `${pressed}`);
    if (this.button) this.button.title = caption;
  }
}
