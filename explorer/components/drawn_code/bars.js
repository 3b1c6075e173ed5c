// A code of many dimensions: each one's mean and spread beside the prior's, and the draw.

import { context2d } from "../shared/canvas.js";
import { h } from "../shared/dom.js";

const [WIDTH, ROW, REACH] = [420, 26, 4]; // pixels, and units of the code to either side

export class Bars {
  #canvas;
  #context;
  #dims;
  #ratio = Math.max(1, window.devicePixelRatio || 1);

  /**
   * @param {string} label
   * @param {number} dims
   */
  constructor(label, dims) {
    this.#dims = dims;
    const [width, height] = [WIDTH * this.#ratio, ROW * dims * this.#ratio];
    this.#canvas = h("canvas", { class: "bars", role: "img", "aria-label": label, width, height });
    this.#context = context2d(this.#canvas);
    this.element = this.#canvas;
  }

  /**
   * @param {import("../shared/encoding.js").Posterior | null} code
   * @param {ArrayLike<number>} z
   */
  show(code, z) {
    const context = this.#context;
    context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    context.clearRect(0, 0, WIDTH, ROW * this.#dims);
    const text = getComputedStyle(this.#canvas).color;
    const place = (/** @type {number} */ value) => ((value + REACH) / (2 * REACH)) * WIDTH;
    for (let dim = 0; dim < this.#dims; dim++) {
      const middle = ROW * (dim + 0.5);
      context.fillStyle = "rgba(127, 139, 155, 0.18)"; // the prior: one σ around 0
      context.fillRect(place(-1), middle - 9, place(1) - place(-1), 18);
      context.fillStyle = text;
      context.font = "11px sans-serif";
      context.fillText(`z${dim}`, 4, middle + 4);
      if (!code) continue;
      const { mu, sigma } = code;
      context.fillStyle = "rgba(76, 111, 255, 0.55)";
      context.fillRect(place(mu[dim] - sigma[dim]), middle - 6, Math.max(2, place(2 * sigma[dim]) - place(0)), 12);
      context.fillStyle = text;
      context.fillRect(place(mu[dim]) - 1, middle - 8, 2, 16);
      context.fillStyle = "#f2994a";
      context.beginPath();
      context.arc(place(z[dim]), middle, 5, 0, 2 * Math.PI);
      context.fill();
    }
  }
}
