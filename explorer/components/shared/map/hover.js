// The image at the pointer: a test image, or what the decoder draws between them.

import { announce, paint } from "../canvas.js";
import { h } from "../dom.js";
import { decodeNewest } from "../newest.js";
import { Pictures } from "../pictures.js";

const AWAY = 18; // pixels from the pointer to the image

/** @typedef {import("./geometry.js").Point} Point */

/** @typedef {{row: number} | import("./space.js").TrustedCode} Target an image, or a code between the images */

/**
 * @typedef {object} Cursor
 * @property {Point} at on the screen
 * @property {Target} target
 * @property {boolean} byKeys whether the keyboard moved it
 */

/**
 * @param {boolean} exact whether the map gives codes exactly
 * @param {number} trust
 * @returns {string} the caption of a decoded image
 */
export function doubt(exact, trust) {
  if (exact) return "decoded here";
  return trust > 0.5 ? "decoded here, about" : "far from data, a guess";
}

export class Hover {
  /** @type {Cursor | null} */
  cursor = null;
  #canvas = h("canvas", { class: "pixels" });
  #caption = h("div", { class: "caption" });
  #pictures;
  #decoder;
  #exact = true;

  /**
   * @param {import("../connection.js").Connection} connection
   * @param {import("../component.js").RunProps} run
   * @param {number} side of the image in pixels
   * @param {(row: number) => string} caption of a test image
   */
  constructor(connection, run, side, caption) {
    this.shape = run.shape;
    this.side = side;
    this.caption = caption;
    this.element = h("div", { class: "tip", hidden: true, "aria-live": "polite" }, this.#canvas, this.#caption);
    this.#pictures = new Pictures(run.run, run.version);
    this.#decoder = decodeNewest(connection, (pixels, time) => this.#showDecoded(pixels, time));
  }

  /**
   * @param {Cursor} cursor
   * @param {{width: number, height: number}} screen
   * @param {boolean} exact whether the map gives codes exactly
   * @param {number} time when the pointer moved
   */
  show(cursor, screen, exact, time) {
    this.cursor = cursor;
    this.#exact = exact;
    this.#place(cursor.at, screen);
    if ("row" in cursor.target) this.#showImage(cursor.target.row, time);
    else this.#decoder.show(cursor.target.z, time);
  }

  /** Hide the image; the keyboard's pointer stays. */
  hide() {
    this.element.hidden = true;
    if (!this.cursor?.byKeys) this.cursor = null;
  }

  /**
   * @param {number} row
   * @param {number} time
   */
  async #showImage(row, time) {
    const pixels = await this.#pictures.get(row);
    const target = this.cursor?.target;
    if (!target || !("row" in target) || target.row !== row) return;
    this.#paint(pixels, "image", 1, this.caption(row), time);
  }

  /**
   * @param {Uint8Array} pixels
   * @param {number} time
   */
  #showDecoded(pixels, time) {
    const target = this.cursor?.target;
    if (!target || "row" in target) return;
    const opacity = this.#exact ? 1 : 0.25 + 0.75 * target.trust;
    this.#paint(pixels, "decoded", opacity, doubt(this.#exact, target.trust), time);
  }

  /**
   * @param {Uint8Array} pixels
   * @param {"image" | "decoded"} kind
   * @param {number} opacity
   * @param {string} caption
   * @param {number} time
   */
  #paint(pixels, kind, opacity, caption, time) {
    paint(this.#canvas, pixels, this.shape);
    this.element.hidden = false;
    this.element.style.setProperty("--trust", `${opacity}`);
    this.element.dataset.kind = kind;
    this.#caption.textContent = caption;
    announce(this.#canvas, time);
  }

  /**
   * @param {Point} pointer
   * @param {{width: number, height: number}} screen
   */
  #place([x, y], { width, height }) {
    const { side } = this;
    const left = x + AWAY + side > width ? x - side - AWAY : x + AWAY;
    const top = Math.min(Math.max(4, y - side / 2), height - side - 26);
    this.element.style.transform = `translate(${left}px, ${top}px)`;
  }

  destroy() {
    this.#decoder.remove();
  }
}
