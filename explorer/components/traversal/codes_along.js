// The codes of the image in view along β, so that the slider shows the same image at each β.

import { codesAtStep } from "../shared/beta.js";
import { fetchCodesAlong } from "../shared/server.js";

export class CodesAlong {
  /** @type {Float32Array | null} steps · D */
  #codes = null;
  /** @type {number | null} */
  #row = null;

  /**
   * @param {string} run
   * @param {string} version
   * @param {number} steps
   */
  constructor(run, version, steps) {
    this.run = run;
    this.version = version;
    this.steps = steps;
  }

  /**
   * Fetch the codes of a test image; without them, sliders stay where they are as β moves.
   * @param {number | null} row
   */
  async fetch(row) {
    if (row === null || this.#row === row) return;
    try {
      this.#codes = await fetchCodesAlong(this.run, this.version, [row]);
      this.#row = row;
    } catch (error) {
      console.info(`No codes along β: ${error}`);
    }
  }

  /**
   * @param {number | null} row
   * @param {number} step
   * @returns {Float32Array | null} the code of a test image, if it is the one that was fetched
   */
  at(row, step) {
    return row !== null && row === this.#row && this.#codes ? codesAtStep(this.#codes, 1, this.steps, step) : null;
  }
}
