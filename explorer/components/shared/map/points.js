// The layer of all points. Drawing many takes longer than a frame where a processor must do it: while the view moves,
// the last drawing, which reaches beyond the edges, is moved along instead, and drawn anew once the view rests.

import { clamp } from "../numbers.js";
import { h } from "../dom.js";
import { Scatter } from "./scatter.js";

const MANY = 20_000;
const MARGIN = 0.2; // of the width and height, drawn beyond each edge; style.css places the canvas
const REST = 120; // milliseconds without a move
const MOVING = 800; // milliseconds that points take to another map

/** @typedef {import("./viewport.js").Viewport} Viewport */

/** @typedef {import("./viewport.js").Look & {colours: Uint8Array | null, width: number, height: number}} Drawing */

/**
 * The size of a point in pixels.
 * @param {number} n how many points
 * @param {number} zoom times the scale at which all are in view
 * @returns {number}
 */
export function pointSize(n, zoom) {
  return clamp(500 / Math.sqrt(n), 3, 9) * Math.min(2.2, zoom ** 0.3 || 1);
}

/**
 * Whether a drawing with a margin still fills the screen along one side.
 * @param {number} side pixels
 * @param {number} moved pixels
 * @param {number} grown how much larger it appears
 * @returns {boolean}
 */
export function covers(side, moved, grown) {
  return grown * (0.5 + MARGIN) * side - Math.abs(moved) >= 0.5 * side;
}

export class Points {
  /** @type {Scatter | null} */
  #scatter = null;
  /** @type {Drawing | null} */
  #drawn = null;
  /** @type {number | undefined} of the way to where the points are, while they move there */
  #share;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #ratio = 1;
  #destroyed = false;

  /** @param {number} relative size of the points */
  constructor(relative) {
    this.relative = relative;
    this.canvas = h("canvas", { class: "points" });
  }

  /**
   * Begin to draw.
   * @param {() => void} redraw called when what was drawn is lost
   * @throws {Error} when the browser has no WebGL
   */
  open(redraw) {
    this.#scatter ??= new Scatter(this.canvas);
    this.#scatter.redraw = () => {
      this.#drawn = null;
      redraw();
    };
  }

  get count() {
    return (this.#scatter?.points?.length ?? 0) / 2;
  }

  /** @param {Float32Array<ArrayBuffer>} xy n · 2 */
  setPoints(xy) {
    this.#scatter?.setPoints(xy);
    this.#drawn = null;
  }

  /** @param {Uint8Array<ArrayBuffer>} rgba n · 4 */
  setColours(rgba) {
    this.#scatter?.setColours(rgba);
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {number} ratio device pixels per pixel
   */
  resize(width, height, ratio) {
    this.#ratio = ratio;
    this.canvas.width = Math.round((1 + 2 * MARGIN) * width * ratio);
    this.canvas.height = Math.round((1 + 2 * MARGIN) * height * ratio);
    this.#drawn = null; // a canvas of another size is empty
  }

  /**
   * Move the points from other positions to theirs.
   * @param {Float32Array<ArrayBuffer>} before n · 2
   * @param {Viewport} viewport
   */
  moveFrom(before, viewport) {
    const scatter = this.#scatter;
    if (!scatter?.points || this.count > MANY || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    scatter.setPoints(scatter.points, before);
    const start = performance.now();
    /** @param {number} now */
    const step = (now) => {
      if (this.#destroyed) return;
      const way = Math.min(1, (now - start) / MOVING);
      this.#share = way < 1 ? 1 - (1 - way) ** 3 : undefined;
      this.#drawAnew(viewport);
      if (way < 1) requestAnimationFrame(step);
    };
    this.#share = 0;
    requestAnimationFrame(step);
  }

  /**
   * Draw the first points on their way from one place to another.
   * @param {Float32Array<ArrayBuffer>} before n · 2
   * @param {Float32Array<ArrayBuffer>} after
   * @param {number} share of the way
   * @param {Viewport} viewport
   */
  flow(before, after, share, viewport) {
    this.#scatter?.setPoints(after, before);
    this.#share = share;
    this.#drawAnew(viewport);
  }

  /** @param {Viewport} viewport */
  draw(viewport) {
    clearTimeout(this.#timer);
    const drawn = this.#drawn;
    if (!drawn || !this.#isCurrent(drawn)) return this.#drawAnew(viewport);
    const { centre, scale, width, height } = viewport;
    const grown = scale / drawn.scale;
    const [right, down] = [(drawn.centre[0] - centre[0]) * scale, (centre[1] - drawn.centre[1]) * scale];
    if (grown === 1 && !right && !down) {
      this.canvas.style.transform = "";
    } else if (this.count > MANY && grown < 2 && covers(width, right, grown) && covers(height, down, grown)) {
      this.canvas.style.transform = `translate(${right}px, ${down}px) scale(${grown})`;
      this.#timer = setTimeout(() => this.#drawAnew(viewport), REST);
    } else this.#drawAnew(viewport);
  }

  /** @param {Drawing} drawn */
  #isCurrent({ colours, width, height }) {
    return colours === this.#scatter?.colours && width === this.canvas.width && height === this.canvas.height;
  }

  /** @param {Viewport} viewport */
  #drawAnew({ centre, scale, whole }) {
    const scatter = this.#scatter;
    if (this.#destroyed || !scatter) return;
    const size = this.relative * pointSize(this.count, scale / whole);
    scatter.draw(centre, scale * this.#ratio, size * this.#ratio, this.#share);
    const { canvas } = this;
    canvas.style.transform = "";
    this.#drawn = {
      centre: [...centre],
      scale,
      colours: scatter.colours,
      width: canvas.width,
      height: canvas.height,
    };
  }

  destroy() {
    this.#destroyed = true;
    clearTimeout(this.#timer);
    this.#scatter?.destroy();
  }
}
