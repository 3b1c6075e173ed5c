// What each moment of a training decodes of the code or the image in view: fetched whole, then shown at any speed.

import { fetchBytes } from "./server.js";

/**
 * @typedef {object} Moments
 * @property {string} run its id at the end of its training
 * @property {number} at the moment that the component shows by itself
 * @property {number} count
 */

/** @typedef {{z: ArrayLike<number>, row: number | null}} Place a code, and the test image that it is of */

export class TrainingFilm {
  /** what the frames are of */
  #key = "";
  /** @type {Uint8Array | null} one image for each moment */
  #pixels = null;

  /**
   * @param {Moments} moments
   * @param {(pixels: Uint8Array, moment: number) => void} painted called with the frames, and the one to show
   */
  constructor(moments, painted) {
    this.moments = moments;
    this.painted = painted;
    this.moment = moments.at;
  }

  /** Whether another moment is shown than the component's own. */
  get isElsewhere() {
    return this.moment !== this.moments.at;
  }

  /**
   * Show the place at a moment: of a test image its own code then, else the same code.
   * @param {number} moment
   * @param {Place} place
   * @param {number} condition a class or a β; −1: none
   */
  async show(moment, place, condition) {
    this.moment = moment;
    const key = `${place.row ?? Array.from(place.z).join()} ${condition}`;
    if (key !== this.#key) {
      this.#key = key;
      this.#pixels = null;
      try {
        const pixels = new Uint8Array(await this.#fetch(place, condition));
        if (key === this.#key) this.#pixels = pixels;
      } catch (error) {
        console.info(`No images over the training: ${error}`);
        this.#key = "";
      }
    }
    if (this.#pixels && key === this.#key) this.painted(this.#pixels, this.moment);
  }

  /**
   * @param {Place} place
   * @param {number} condition
   */
  #fetch({ z, row }, condition) {
    const at = condition >= 0 ? `at=${condition}` : "";
    const { run } = this.moments;
    if (row !== null) return fetchBytes(run, `/training?rows=${row}&${at}`);
    return fetchBytes(run, `/training?${at}`, { method: "POST", body: Float32Array.from(z) });
  }
}
