// Points that flow through a training: where each moment's map puts them, and how they glide to where the slider is.

import { clamp } from "../numbers.js";
import { fetchBytes } from "../server.js";

const GLIDE = 0.25; // of the way to the slider that is made up at each frame

/**
 * @param {Float32Array} moments S · n · 2
 * @param {number} count n
 * @param {number} place 0 … S − 1, also between two moments
 * @returns {{before: Float32Array<ArrayBuffer>, after: Float32Array<ArrayBuffer>, share: number}}
 */
export function between(moments, count, place) {
  const last = moments.length / (2 * count) - 1;
  const first = Math.min(Math.floor(place), Math.max(0, last - 1));
  const slice = (/** @type {number} */ at) => Float32Array.from(moments.subarray(2 * count * at, 2 * count * (at + 1)));
  return { before: slice(first), after: slice(Math.min(last, first + 1)), share: place - first };
}

export class Flow {
  /** @type {Promise<Float32Array> | null} */
  #fetched = null;
  /** @type {Float32Array | null} */
  #moments = null;
  #at;
  #target;
  /** @type {number | null} */
  #frame = null;

  /**
   * @param {import("../training_film.js").Moments} moments
   * @param {(moments: Float32Array, count: number, place: number) => void} draw
   */
  constructor(moments, draw) {
    this.moments = moments;
    this.draw = draw;
    this.#at = this.#target = moments.at;
  }

  /** @param {number} moment */
  async go(moment) {
    this.#target = clamp(moment, 0, this.moments.count - 1);
    if (!this.#moments) {
      if (this.#fetched) return;
      if (this.#target === this.#at) return;
      this.#fetched = fetchBytes(this.moments.run, "/flow").then((bytes) => new Float32Array(bytes));
      try {
        this.#moments = await this.#fetched;
      } catch (error) {
        console.info(`No maps over the training: ${error}`);
        return;
      }
    }
    this.#frame ??= requestAnimationFrame(() => this.#step());
  }

  #step() {
    this.#frame = null;
    if (!this.#moments) return;
    const gap = this.#target - this.#at;
    this.#at = Math.abs(gap) < 0.02 ? this.#target : this.#at + GLIDE * gap;
    this.draw(this.#moments, this.#moments.length / (2 * this.moments.count), this.#at);
    if (this.#at !== this.#target) this.#frame = requestAnimationFrame(() => this.#step());
  }

  destroy() {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#moments = null;
  }
}
