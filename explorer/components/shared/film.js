// A film of a path through latent space: decoded whole, then played there and back or moved by hand.

import { Animation, pingPong } from "./animation.js";
import { paint } from "./canvas.js";
import { iconButton } from "./controls.js";
import { h } from "./dom.js";

export const FRAMES = 48;
const SECONDS = 4; // from one end to the other

/**
 * @param {number} place in the film, 0 … 1
 * @returns {number} the frame there
 */
export function frameAt(place) {
  return Math.round(place * (FRAMES - 1));
}

export class Film {
  #animation = new Animation();
  /** @type {Float32Array | null} codes that wait to be decoded */
  #codes = null;
  /** @type {Uint8Array | null} */
  #pixels = null;

  /**
   * @param {import("./connection.js").Connection} connection
   * @param {import("./component.js").Shape} shape
   * @param {(frame: number) => void} shown called with each frame on the screen
   * @param {() => void} closed called when a person closes it
   */
  constructor(connection, shape, shown, closed) {
    this.connection = connection;
    this.shape = shape;
    this.shown = shown;
    this.closed = closed;
    this.canvas = h("canvas", { class: "pixels", role: "img", "aria-label": "The film of the path" });
    this.slider = h("input", {
      type: "range",
      min: 0,
      max: 1,
      step: 0.001,
      value: "0",
      "aria-label": "Place in the film",
      oninput: () => {
        this.pause();
        this.show(this.slider.valueAsNumber);
      },
    });
    this.button = iconButton("▶", "Play", () => (this.#animation.running ? this.pause() : this.play()));
    const close = iconButton("✕", "Close the film", () => this.close());
    const tools = h("div", { class: "film-tools" }, this.button, this.slider, close);
    this.element = h("div", { class: "film", hidden: true }, this.canvas, tools);
    this.remove = connection.add({ limit: 1, next: () => this.#next() });
  }

  /**
   * Decode and play a path.
   * @param {Float32Array} codes FRAMES · D
   */
  shoot(codes) {
    this.#codes = codes;
    this.connection.poll();
  }

  #next() {
    const codes = this.#codes;
    if (!codes) return null;
    this.#codes = null;
    return {
      codes,
      /** @param {Uint8Array} pixels */
      done: (pixels) => {
        this.#pixels = pixels;
        this.element.hidden = false;
        this.element.dataset.frames = `${FRAMES}`;
        this.play();
      },
      lost: () => (this.#codes ??= codes),
    };
  }

  play() {
    this.button.textContent = "❚❚";
    this.button.setAttribute("aria-label", "Pause");
    this.#animation.start((seconds) => {
      const place = pingPong(seconds, 2 * SECONDS);
      this.slider.value = `${place}`;
      this.show(place);
    });
  }

  pause() {
    this.#animation.stop();
    this.button.textContent = "▶";
    this.button.setAttribute("aria-label", "Play");
  }

  /** @param {number} place 0 … 1 */
  show(place) {
    if (!this.#pixels) return;
    paint(this.canvas, this.#pixels, this.shape, frameAt(place));
    this.shown(frameAt(place));
  }

  close() {
    this.pause();
    this.element.hidden = true;
    this.closed();
  }

  destroy() {
    this.pause();
    this.remove();
  }
}
