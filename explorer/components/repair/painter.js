// The image with its hidden pixels: painted on with a pointer, or with a rectangle that the arrow keys move.

import { context2d, paint } from "../shared/canvas.js";
import { h } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";

const HIDDEN = [0xff4a99f2, 0xff6fb0f6]; // 0xAABBGGRR, two oranges in turn
const LEAST = 0.5; // of the brush, in pixels of the image

/** @typedef {import("./mask.js").Mask} Mask */

export class Painter {
  erases = false;
  #canvas;
  #ring = h("div", { class: "ring", hidden: true });
  #frame = h("div", { class: "frame", hidden: true });
  /** @type {Uint8Array | null} */
  #pixels = null;
  /** @type {[number, number] | null} where the stroke is */
  #last = null;
  #handlers;

  /**
   * @param {import("../shared/component.js").Shape} shape
   * @param {Mask} mask
   * @param {number} radius of the brush, in pixels of the image
   * @param {{changed: (rests: boolean) => void, resized: (radius: number) => void}} handlers changed: the mask;
   *   rests: the pointer is up
   */
  constructor(shape, mask, radius, handlers) {
    this.shape = shape;
    this.mask = mask;
    this.radius = radius;
    this.enabled = true;
    this.#handlers = handlers;
    const [, height, width] = shape;
    this.box = { left: width >> 2, top: height >> 2, width: width >> 1, height: height >> 1 };
    this.#canvas = h("canvas", {
      class: "pixels main",
      tabIndex: 0,
      role: "application",
      "aria-label":
        "The image. Paint over what should be hidden. Keys: arrows move a rectangle, with Shift they resize it; Enter hides it, Backspace shows it; [ and ] change the brush",
      onpointerdown: (event) => this.#begin(event),
      onpointermove: (event) => this.#move(event),
      onpointerup: (event) => this.#end(event),
      onpointercancel: (event) => this.#end(event),
      onpointerleave: () => (this.#ring.hidden = true),
      onkeydown: (event) => this.#key(event),
      onblur: () => (this.#frame.hidden = true),
      oncontextmenu: (event) => event.preventDefault(),
    });
    this.element = h("div", { class: "painter" }, this.#canvas, this.#ring, this.#frame);
  }

  /** @param {Uint8Array} pixels */
  show(pixels) {
    this.#pixels = pixels;
    this.draw();
  }

  draw() {
    if (!this.#pixels) return;
    const canvas = this.#canvas;
    this.element.dataset.paints = `${this.enabled}`;
    paint(canvas, this.#pixels, this.shape);
    if (!this.enabled) return;
    const context = context2d(canvas);
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Uint32Array(image.data.buffer);
    this.mask.bits.forEach((bit, at) => {
      if (bit) colours[at] = HIDDEN[(at + Math.floor(at / canvas.width)) % 2];
    });
    context.putImageData(image, 0, 0);
  }

  /**
   * @param {PointerEvent} event
   * @returns {[x: number, y: number]} in pixels of the image
   */
  #at(event) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const [, rows, columns] = this.shape;
    return [((event.clientX - left) / width) * columns, ((event.clientY - top) / height) * rows];
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    if (!this.enabled || (event.button !== 0 && event.button !== 2) || this.#last) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#frame.hidden = true;
    this.mask.begin();
    this.#last = this.#at(event);
    this.#stroke(this.#last, event);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    this.#placeRing(event);
    if (!this.#last) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) this.#stroke(this.#at(each), each);
  }

  /**
   * @param {[x: number, y: number]} point
   * @param {PointerEvent} event
   */
  #stroke(point, event) {
    this.mask.stroke(this.#last ?? point, point, this.radius, !(this.erases || event.buttons === 2));
    this.#last = point;
    this.draw();
    this.#handlers.changed(false);
  }

  /** @param {PointerEvent} event */
  #end(event) {
    if (!this.#last) return;
    this.#last = null;
    if (event.pointerType === "touch") this.#ring.hidden = true;
    this.#handlers.changed(true);
  }

  /** @param {PointerEvent} event */
  #placeRing(event) {
    this.#ring.hidden = !this.enabled;
    const [, rows, columns] = this.shape;
    const [x, y] = this.#at(event);
    const { style } = this.#ring;
    style.left = `${(100 * x) / columns}%`;
    style.top = `${(100 * y) / rows}%`;
    style.width = `${(200 * this.radius) / columns}%`;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.enabled || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step) this.#moveBox(step[0], step[1], event.shiftKey);
    else if (event.key === "Enter" || event.key === " ") this.#fill(true);
    else if (event.key === "Backspace" || event.key === "Delete") this.#fill(false);
    else if (event.key === "[" || event.key === "]") this.#resize(event.key === "]" ? 0.5 : -0.5);
    else return;
    event.preventDefault();
  }

  /**
   * @param {number} dx
   * @param {number} dy
   * @param {boolean} resize
   */
  #moveBox(dx, dy, resize) {
    const [, rows, columns] = this.shape;
    const { box } = this;
    if (resize) {
      box.width = clamp(box.width + dx, 1, columns - box.left);
      box.height = clamp(box.height + dy, 1, rows - box.top);
    } else {
      box.left = clamp(box.left + dx, 0, columns - box.width);
      box.top = clamp(box.top + dy, 0, rows - box.height);
    }
    const { style } = this.#frame;
    style.left = `${(100 * box.left) / columns}%`;
    style.top = `${(100 * box.top) / rows}%`;
    style.width = `${(100 * box.width) / columns}%`;
    style.height = `${(100 * box.height) / rows}%`;
    this.#frame.hidden = false;
  }

  /** @param {boolean} hidden */
  #fill(hidden) {
    this.mask.begin();
    this.mask.fill(this.box, hidden);
    this.#moveBox(0, 0, false);
    this.draw();
    this.#handlers.changed(true);
  }

  /** @param {number} by */
  #resize(by) {
    this.radius = clamp(this.radius + by, LEAST, this.shape[2] / 4);
    this.#handlers.resized(this.radius);
  }
}
