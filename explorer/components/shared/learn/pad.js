// A black pad to draw a white digit on, by mouse, pen or finger.

import { context2d } from "../canvas.js";
import { h } from "../dom.js";
import { asDigit } from "./ink.js";

const SIDE = 280; // pixels of the pad
const PEN = 22; // about the strokes of MNIST, at 28 pixels to 280

/** @type {ImageData | null} the last drawing, for the next pad of the page */
let last = null;

export class Pad {
  /** @type {[x: number, y: number] | null} where the stroke is */
  #at = null;
  #changed;
  #context;

  /** @param {() => void} changed called at each move of the pen */
  constructor(changed) {
    this.#changed = changed;
    this.element = h("canvas", {
      class: "pad",
      width: SIDE,
      height: SIDE,
      role: "img",
      "aria-label": "Pad: draw a digit with the mouse or a finger; the buttons beside it take a test image",
      onpointerdown: (event) => this.#begin(event),
      onpointermove: (event) => this.#move(event),
      onpointerup: () => (this.#at = null),
      onpointercancel: () => (this.#at = null),
    });
    this.#context = context2d(this.element);
    Object.assign(this.#context, { lineCap: "round", lineJoin: "round", lineWidth: PEN, strokeStyle: "#fff" });
    if (last) this.#context.putImageData(last, 0, 0);
    else this.#fill();
  }

  clear() {
    this.#fill();
    this.#remember();
    this.#changed();
  }

  /** @param {CanvasImageSource} image */
  show(image) {
    this.#context.imageSmoothingEnabled = true;
    this.#context.drawImage(image, 0, 0, SIDE, SIDE);
    this.#remember();
    this.#changed();
  }

  /** @returns {boolean} whether nothing is drawn */
  get isEmpty() {
    return !this.#grey().some((value) => value > 0);
  }

  /**
   * @param {number} side
   * @returns {Uint8Array<ArrayBuffer>} the drawing as a digit of side × side pixels
   */
  digit(side) {
    return asDigit({ grey: this.#grey(), width: SIDE, height: SIDE }, side);
  }

  #grey() {
    const { data } = this.#context.getImageData(0, 0, SIDE, SIDE);
    return Uint8Array.from({ length: SIDE * SIDE }, (_, at) => data[4 * at]);
  }

  #fill() {
    this.#context.fillStyle = "#000";
    this.#context.fillRect(0, 0, SIDE, SIDE);
  }

  #remember() {
    last = this.#context.getImageData(0, 0, SIDE, SIDE);
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    if (event.button !== 0) return;
    this.element.setPointerCapture(event.pointerId);
    this.#at = this.#place(event);
    this.#line(this.#at);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (!this.#at) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) this.#line(this.#place(each));
  }

  /** @param {[x: number, y: number]} to */
  #line(to) {
    this.#context.beginPath();
    this.#context.moveTo(...(this.#at ?? to));
    this.#context.lineTo(...to);
    this.#context.stroke();
    this.#at = to;
    this.#remember();
    this.#changed();
  }

  /**
   * @param {PointerEvent} event
   * @returns {[x: number, y: number]}
   */
  #place(event) {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    return [((event.clientX - left) / width) * SIDE, ((event.clientY - top) / height) * SIDE];
  }
}
