// One dimension: what it moves, and its strip, which follows the pointer.

import { context2d } from "../shared/canvas.js";
import { h } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";

const CELLS = 9; // images on the strip
const GAP = 1; // pixels between two

/** @typedef {{image: HTMLImageElement, top: number, width: number, height: number, frames: number}} Source */

export class SweepRow {
  /**
   * @param {import("./featured.js").RowProps} row
   * @param {Source} source where its images are
   * @param {{show: (place: number) => void, choose: (place: number) => void}} handlers `place`: 0 … 1
   */
  constructor({ dim, title, detail, start }, source, { show, choose }) {
    this.place = start;
    this.source = source;
    this.strip = h("canvas", { class: "strip", width: CELLS * (source.width + GAP) - GAP, height: source.height });
    this.cursor = h("span", { class: "cursor" });
    const jump = h("button", { class: "jump", "aria-label": `Traverse z${dim}, ${title}` }, this.strip, this.cursor);
    const placeOf = (/** @type {MouseEvent} */ event) => {
      const { left, width } = jump.getBoundingClientRect();
      return clamp((event.clientX - left) / width, 0, 1);
    };
    jump.addEventListener("pointermove", (event) => show(placeOf(event)));
    jump.addEventListener("click", (event) => choose(event.detail ? placeOf(event) : this.place));
    this.element = h(
      "div",
      { class: "sweep", "data-dim": `${dim}` },
      h("div", { class: "label" }, h("b", {}, title), h("span", {}, detail)),
      jump,
    );
  }

  /** @param {number | null} place where it plays, 0 … 1; null: another dimension plays */
  mark(place) {
    this.element.toggleAttribute("data-playing", place !== null);
    if (place === null) return;
    this.place = place;
    this.cursor.style.transform = `translateX(${100 * place}cqi)`;
  }

  /** Draw the strip, once the source has loaded. */
  draw() {
    const { image, top, width, height, frames } = this.source;
    const context = context2d(this.strip);
    for (let cell = 0; cell < CELLS; cell++) {
      const frame = Math.round((cell / (CELLS - 1)) * (frames - 1));
      context.drawImage(image, frame * width, top, width, height, cell * (width + GAP), 0, width, height);
    }
  }
}
