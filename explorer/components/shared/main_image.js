// The large image of a component: what the model decodes at the newest code.

import { announce, paint } from "./canvas.js";
import { h } from "./dom.js";
import { changeInWords, inWords } from "./in_words.js";
import { decodeNewest } from "./newest.js";

/**
 * @typedef {object} MainImage
 * @property {HTMLCanvasElement} canvas its `data-z` is the code that it shows
 * @property {HTMLElement} spoken what screen readers say of it after each move, for the page
 * @property {(z: ArrayLike<number>, time?: number) => void} show
 * @property {(move: string) => void} say after a move: its words, before those of the image that it leads to
 * @property {() => void} remove
 */

/**
 * @param {import("./connection.js").Connection} connection
 * @param {import("./component.js").Shape} shape
 * @param {string} label
 * @param {{title?: string, painted?: (pixels: Uint8Array) => void}} [options]
 * @returns {MainImage}
 */
export function mainImage(connection, shape, label, { title, painted } = {}) {
  const canvas = h("canvas", { class: "pixels main", role: "img", "aria-label": label, title });
  const spoken = h("div", { class: "spoken", "aria-live": "polite" });
  let wanted = "";
  /** @type {Uint8Array | null} */
  let now = null;
  /** @type {Uint8Array | null} at the words before */
  let before = null;
  /** @type {string | null} a move whose image has no words yet */
  let moved = null;
  const { show, remove } = decodeNewest(connection, (pixels, time, z) => {
    paint(canvas, pixels, shape);
    canvas.dataset.z = Array.from(z).join(",");
    now = pixels;
    before ??= pixels.slice();
    announce(canvas, time);
    painted?.(pixels);
    speak();
  });

  function speak() {
    if (moved === null || !now || !before || canvas.dataset.z !== wanted) return;
    spoken.textContent = `${moved}: ${changeInWords(now, before)}; ${inWords(now, shape)}`;
    canvas.setAttribute("aria-label", spoken.textContent);
    [moved, before] = [null, now.slice()];
  }

  return {
    canvas,
    spoken,
    show(z, time) {
      wanted = Array.from(z).join(",");
      show(z, time);
    },
    say(move) {
      moved = move;
      speak();
    },
    remove,
  };
}
