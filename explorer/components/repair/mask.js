// Which pixels of an image are hidden.

import { clamp } from "../shared/numbers.js";

const MOST_STEPS = 50; // that can be undone

/** @typedef {{left: number, top: number, width: number, height: number}} Box in pixels of the image */

export class Mask {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  #history = [];

  /**
   * @param {number} width
   * @param {number} height
   */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.bits = new Uint8Array(width * height); // 1: hidden
  }

  /** The share of pixels that are hidden, 0 … 1. */
  get share() {
    return this.bits.reduce((sum, bit) => sum + bit, 0) / this.bits.length;
  }

  get canUndo() {
    return this.#history.length > 0;
  }

  /** Before a change: what undo returns to. */
  begin() {
    this.#history.push(this.bits.slice());
    if (this.#history.length > MOST_STEPS) this.#history.shift();
  }

  undo() {
    this.bits = this.#history.pop() ?? this.bits;
  }

  /**
   * Hide or show the pixels within `radius` of the line from one point to another; a pixel's centre is at ½.
   * @param {[x: number, y: number]} from
   * @param {[x: number, y: number]} to
   * @param {number} radius
   * @param {boolean} hidden
   */
  stroke([x0, y0], [x1, y1], radius, hidden) {
    const [dx, dy] = [x1 - x0, y1 - y0];
    const square = dx * dx + dy * dy;
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
        const along = square ? clamp((px * dx + py * dy) / square, 0, 1) : 0;
        if (Math.hypot(px - along * dx, py - along * dy) <= radius) this.bits[y * this.width + x] = Number(hidden);
      }
    }
  }

  /**
   * @param {Box} box
   * @param {boolean} hidden
   */
  fill({ left, top, width, height }, hidden) {
    for (let y = top; y < Math.min(this.height, top + height); y++) {
      this.bits.fill(Number(hidden), y * this.width + left, y * this.width + Math.min(this.width, left + width));
    }
  }

  clear() {
    this.bits = new Uint8Array(this.bits.length);
  }

  invert() {
    this.bits = this.bits.map((bit) => 1 - bit);
  }

  /** Lengths of runs of pixels, the first one visible, in base 36: as links hold it. */
  toText() {
    const runs = [];
    let last = 0;
    let count = 0;
    for (const bit of this.bits) {
      if (bit !== last) {
        runs.push(count);
        [last, count] = [bit, 0];
      }
      count += 1;
    }
    return [...runs, count].map((run) => run.toString(36)).join(".");
  }

  /**
   * The inverse of `toText`; a text that does not fit leaves the mask as it is.
   * @param {string} text
   * @returns {boolean} whether it fits
   */
  fromText(text) {
    const runs = text.split(".").map((run) => Number.parseInt(run, 36));
    if (runs.some((run) => !(run >= 0)) || runs.reduce((sum, run) => sum + run, 0) !== this.bits.length) return false;
    const bits = new Uint8Array(this.bits.length);
    let at = 0;
    runs.forEach((run, index) => {
      bits.fill(index % 2, at, at + run);
      at += run;
    });
    this.bits = bits;
    return true;
  }
}
