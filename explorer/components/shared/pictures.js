// Test images as raw pixels; the most recent ones stay in memory.

import { fetchBytes } from "./server.js";

const MOST = 2000;

export class Pictures {
  /** @type {Map<number, Promise<Uint8Array>>} by row, the least recent first */
  #known = new Map();

  /**
   * @param {string} run
   * @param {string} version
   */
  constructor(run, version) {
    this.run = run;
    this.version = version;
  }

  /**
   * @param {number} row
   * @returns {Promise<Uint8Array>} H · W · C pixels of one test image
   */
  get(row) {
    const known = this.#known.get(row);
    if (known) {
      this.#known.delete(row);
      this.#known.set(row, known);
      return known;
    }
    const pixels = fetchBytes(this.run, `/images?rows=${row}&v=${this.version}`).then((bytes) => new Uint8Array(bytes));
    pixels.catch(() => this.#known.delete(row));
    this.#known.set(row, pixels);
    if (this.#known.size > MOST) this.#known.delete([...this.#known.keys()][0]);
    return pixels;
  }
}
