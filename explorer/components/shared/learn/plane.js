// The plane of a model with two latent dimensions: the codes of test images, and whatever a chapter draws over them.

import { context2d } from "../canvas.js";
import { h } from "../dom.js";
import { rgbOf } from "../map/colours.js";
import { ARROWS } from "../map/keys.js";
import { clamp } from "../numbers.js";

const SIDE = 420; // pixels of CSS
const DOT = 1.6;
const STEPS = 40; // presses of an arrow from the middle to an edge

/** @typedef {[x: number, y: number]} Point in units of the code */

/**
 * @typedef {object} Codes
 * @property {Float32Array} xy n · 2
 * @property {ArrayLike<number> | null} labels
 */

export class Plane {
  #canvas;
  #context;
  #scatter = document.createElement("canvas");
  #marks;
  #reach = 4;
  #ratio = Math.max(1, window.devicePixelRatio || 1);

  /**
   * @param {string} label
   * @param {(plane: Plane, context: CanvasRenderingContext2D) => void} marks draws over the points
   * @param {{at: () => ArrayLike<number>, moved: (z: Point) => void}} [handlers] `moved`: called where a person presses and drags, and
   *   with the next place from `at` at each arrow
   */
  constructor(label, marks, handlers) {
    this.#marks = marks;
    const side = SIDE * this.#ratio;
    this.#canvas = h("canvas", { class: "plane", role: "img", "aria-label": label, width: side, height: side });
    this.#scatter.width = this.#scatter.height = side;
    this.#context = context2d(this.#canvas);
    this.element = this.#canvas;
    if (!handlers) return;
    this.#listen(handlers.moved);
    this.#listenToKeys(handlers);
  }

  /**
   * @param {Codes} codes
   * @param {string[]} palette
   */
  setCodes({ xy, labels }, palette) {
    let largest = 1;
    for (const value of xy) largest = Math.max(largest, Math.abs(value));
    this.#reach = Math.min(8, 1.08 * largest);
    const context = context2d(this.#scatter);
    context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    const colours = palette.map((hex) => `rgba(${rgbOf(hex)}, 0.55)`);
    for (let row = 0; row < xy.length / 2; row++) {
      const [x, y] = this.place([xy[2 * row], xy[2 * row + 1]]);
      context.fillStyle = labels ? colours[labels[row] % colours.length] : colours[0];
      context.fillRect(x - DOT, y - DOT, 2 * DOT, 2 * DOT);
    }
    this.draw();
  }

  /**
   * @param {Point} z
   * @returns {Point} in pixels
   */
  place([x, y]) {
    return [((x + this.#reach) / (2 * this.#reach)) * SIDE, ((this.#reach - y) / (2 * this.#reach)) * SIDE];
  }

  /** Pixels of one unit of the code. */
  get unit() {
    return SIDE / (2 * this.#reach);
  }

  draw() {
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.drawImage(this.#scatter, 0, 0);
    context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    this.#marks(this, context);
  }

  /** @param {{at: () => ArrayLike<number>, moved: (z: Point) => void}} handlers */
  #listenToKeys({ at, moved }) {
    Object.assign(this.#canvas, { tabIndex: 0, role: "application" });
    this.#canvas.addEventListener("keydown", (event) => {
      const arrow = ARROWS[event.key];
      if (!arrow) return;
      event.preventDefault();
      const step = this.#reach / STEPS;
      const within = (/** @type {number} */ value) => clamp(value, -this.#reach, this.#reach);
      moved([within(at()[0] + step * arrow[0]), within(at()[1] - step * arrow[1])]);
    });
  }

  /** @param {(z: Point) => void} moved */
  #listen(moved) {
    let down = false;
    /** @param {PointerEvent} event */
    const go = (event) => {
      const { left, top, width } = this.#canvas.getBoundingClientRect();
      const scale = (2 * this.#reach) / width;
      moved([(event.clientX - left) * scale - this.#reach, this.#reach - (event.clientY - top) * scale]);
    };
    this.#canvas.style.touchAction = "none";
    this.#canvas.addEventListener("pointerdown", (event) => {
      down = true;
      this.#canvas.setPointerCapture(event.pointerId);
      go(event);
    });
    this.#canvas.addEventListener("pointermove", (event) => down && go(event));
    for (const end of /** @type {const} */ (["pointerup", "pointercancel"]))
      this.#canvas.addEventListener(end, () => (down = false));
  }
}

/**
 * An ellipse of `times` standard deviations around a mean.
 * @param {Plane} plane
 * @param {CanvasRenderingContext2D} context
 * @param {ArrayLike<number>} mu
 * @param {ArrayLike<number>} sigma
 * @param {number} times
 */
export function ellipse(plane, context, mu, sigma, times) {
  const [x, y] = plane.place([mu[0], mu[1]]);
  context.beginPath();
  context.ellipse(x, y, times * sigma[0] * plane.unit, times * sigma[1] * plane.unit, 0, 0, 2 * Math.PI);
  context.stroke();
}

/**
 * @param {Plane} plane
 * @param {CanvasRenderingContext2D} context
 * @param {ArrayLike<number>} z
 * @param {number} radius
 */
export function dot(plane, context, z, radius) {
  const [x, y] = plane.place([z[0], z[1]]);
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
