// A film of a path through latent space: decoded whole, then played there and back or moved by hand.

import { h, pingPong, play } from "./dom.js";
import { paint } from "./pixels.js";

export const FRAMES = 48;
const SECONDS = 4;

export class Film {
  /** shown(frame): a frame is on the screen; closed(): the person is done with it. */
  constructor(live, shape, shown, closed) {
    Object.assign(this, { shape, shown, closed });
    this.live = live;
    this.pixels = null;
    this.codes = null;
    this.canvas = h("canvas", { class: "pixels", role: "img", "aria-label": "The film of the path" });
    this.place = h("input", {
      type: "range",
      min: 0,
      max: 1,
      step: 0.001,
      value: "0",
      "aria-label": "Place in the film",
      oninput: () => {
        this.pause();
        this.show(this.place.valueAsNumber);
      },
    });
    this.button = h(
      "button",
      { type: "button", class: "icon", onclick: () => (this.stop ? this.pause() : this.play()) },
      "▶",
    );
    const close = h(
      "button",
      { type: "button", class: "icon", "aria-label": "Close the film", onclick: () => this.close() },
      "✕",
    );
    const tools = h("div", { class: "film-tools" }, this.button, this.place, close);
    this.element = h("div", { class: "film", hidden: true }, this.canvas, tools);
    this.remove = live.add({ limit: 1, pull: () => this.pull() });
  }

  /** Decode and play FRAMES codes, one after the other in a Float32Array. */
  shoot(codes) {
    this.codes = codes;
    this.live.wake();
  }

  pull() {
    const { codes } = this;
    if (!codes) return null;
    this.codes = null;
    return {
      codes,
      done: (pixels) => {
        this.pixels = pixels;
        this.element.hidden = false;
        this.element.dataset.frames = FRAMES;
        this.play();
      },
      lost: () => (this.codes ??= codes),
    };
  }

  play() {
    this.pause();
    this.button.textContent = "❚❚";
    this.button.setAttribute("aria-label", "Pause");
    this.stop = play((seconds) => {
      const place = pingPong(seconds, 2 * SECONDS);
      this.place.value = place;
      this.show(place);
    });
  }

  pause() {
    this.stop?.();
    this.stop = null;
    this.button.textContent = "▶";
    this.button.setAttribute("aria-label", "Play");
  }

  show(place) {
    const frame = Math.round(place * (FRAMES - 1));
    paint(this.canvas, this.pixels, this.shape, frame);
    this.shown(frame);
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
