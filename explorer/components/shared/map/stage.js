// What is on the screen of a map: the points, the marks over them, and which part of the map is in view.

import { h } from "../dom.js";
import { Overlay } from "./overlay.js";
import { Points } from "./points.js";
import { Viewport } from "./viewport.js";

const SHARPEST = 2; // device pixels per pixel: more would cost time and look the same
const FADED = "0.5"; // opacity of the points below a path

/** @typedef {import("./geometry.js").Point} Point */

export class Stage {
  viewport = new Viewport();
  overlay = new Overlay();
  /** @type {number | null} */
  #frame = null;
  #destroyed = false;

  /**
   * @param {boolean} mini
   * @param {(viewport: Viewport) => import("./overlay.js").Marks | null} marks what to draw now; null: nothing yet
   * @param {...HTMLElement} above elements over the map
   */
  constructor(mini, marks, ...above) {
    this.marks = marks;
    this.points = new Points(mini ? 0.75 : 1);
    this.element = h("div", { class: "area" }, this.points.canvas, this.overlay.canvas, ...above);
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.element);
  }

  resize() {
    const { width, height } = this.element.getBoundingClientRect();
    if (!width || !height) return;
    const ratio = Math.min(SHARPEST, window.devicePixelRatio || 1);
    this.viewport.resize(width, height);
    this.points.resize(width, height, ratio);
    this.overlay.resize(width, height, ratio);
    this.draw();
  }

  /**
   * @param {number} factor
   * @param {Point} point of the screen that stays where it is
   */
  zoom(factor, point) {
    this.viewport.zoom(factor, point);
    this.redraw();
  }

  /**
   * @param {Point} centre in view before
   * @param {number} right pixels that the map moves
   * @param {number} down
   */
  pan(centre, right, down) {
    this.viewport.pan(centre, right, down);
    this.redraw();
  }

  /** Draw with the next frame. */
  redraw() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      if (!this.#destroyed) this.draw();
    });
  }

  draw() {
    const marks = this.marks(this.viewport);
    if (!marks) return;
    this.points.draw(this.viewport);
    this.points.canvas.style.opacity = marks.lines.length ? FADED : "1";
    this.overlay.draw(marks);
  }

  destroy() {
    this.#destroyed = true;
    this.resizer.disconnect();
    this.points.destroy();
  }
}
