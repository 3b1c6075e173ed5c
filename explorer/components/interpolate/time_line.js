// The keyframes over the strip, each with its image, at its place.

import { paint } from "../shared/canvas.js";
import { iconButton } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { Pictures } from "../shared/pictures.js";

/** @typedef {import("../shared/bus.js").Keyframe} Keyframe */

/** @typedef {{canvas: HTMLCanvasElement, z: number[]}} Thumbnail */

export class TimeLine {
  element = h("div", { class: "keyframes" });
  /** @type {Thumbnail[]} those that no test image is of: decoded one by one */
  #waiting = [];
  #pictures;

  /**
   * @param {import("../shared/connection.js").Connection} connection
   * @param {import("../shared/component.js").RunProps} run
   * @param {boolean} originals whether test images can be shown
   * @param {{go: (place: number) => void, remove: (keyframe: Keyframe) => void}} handlers
   */
  constructor(connection, run, originals, handlers) {
    this.shape = run.shape;
    this.originals = originals;
    this.handlers = handlers;
    this.#pictures = new Pictures(run.run, run.version);
    this.remove = connection.add({ limit: 1, next: () => this.#next() });
  }

  #next() {
    const thumbnail = this.#waiting.shift();
    if (!thumbnail) return null;
    return {
      codes: Float32Array.from(thumbnail.z),
      /** @param {Uint8Array} pixels */
      done: (pixels) => paint(thumbnail.canvas, pixels, this.shape),
      lost: () => this.#waiting.unshift(thumbnail),
    };
  }

  /** @param {Keyframe[]} keyframes */
  show(keyframes) {
    const figures = keyframes.map((keyframe, index) => this.#figure(keyframe, index, keyframes.length));
    this.element.replaceChildren(...figures);
    this.element.style.setProperty("--count", `${keyframes.length}`);
  }

  /**
   * @param {Keyframe} keyframe
   * @param {number} index
   * @param {number} count
   */
  #figure(keyframe, index, count) {
    const { title } = keyframe;
    const place = count > 1 ? index / (count - 1) : 0;
    const canvas = h("canvas", { class: "pixels" });
    const go = () => this.handlers.go(place);
    const jump = h("button", { type: "button", class: "jump", title: `Go to ${title}`, onclick: go }, canvas);
    const remove = iconButton("✕", `Remove ${title}`, () => this.handlers.remove(keyframe), {
      class: "icon remove",
      hidden: count < 3,
    });
    const figure = h("figure", { class: "keyframe" }, jump, remove, h("figcaption", {}, title));
    figure.style.setProperty("--place", `${place}`);
    this.#draw(canvas, keyframe);
    return figure;
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Keyframe} keyframe
   */
  async #draw(canvas, { row, z }) {
    if (row === null || !this.originals) this.#waiting.push({ canvas, z });
    else paint(canvas, await this.#pictures.get(row), this.shape);
  }
}
