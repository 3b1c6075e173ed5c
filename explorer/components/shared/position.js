// Where a component stands in latent space, and the codes where it stood before.

import { News } from "./news.js";
import { rounded } from "./numbers.js";

const MOST_STEPS = 100; // that can be undone

/** @typedef {{z: Float64Array, row: number | null}} Place a code, and the test image that it is of */

export class Position {
  /** @type {Place[]} */
  #history = [];
  #moving = false;
  #news;

  /**
   * @param {ArrayLike<number>} z
   * @param {number | null} row
   */
  constructor(z, row) {
    this.z = Float64Array.from(z);
    this.row = row;
    this.#news = new News(Array.from(z));
  }

  get canUndo() {
    return this.#history.length > 0;
  }

  /** Before a move: what undo returns to. A gesture of many moves is one step, until `commit()`. */
  begin() {
    if (this.#moving) return;
    this.#moving = true;
    this.#history.push({ z: this.z.slice(), row: this.row });
    if (this.#history.length > MOST_STEPS) this.#history.shift();
  }

  /**
   * The move is over.
   * @returns {number[]} the code to report
   */
  commit() {
    this.#moving = false;
    const z = rounded(this.z);
    this.#news.report(z);
    return z;
  }

  /**
   * @param {ArrayLike<number>} z
   * @param {number | null} row
   */
  set(z, row) {
    this.z = Float64Array.from(z);
    this.row = row;
  }

  /** @returns {Place | undefined} where it stood before the last move */
  undo() {
    return this.#history.pop();
  }

  /**
   * Whether Python has another code than before, and not one that was reported from here.
   * @param {number[]} z
   * @returns {boolean}
   */
  isNews(z) {
    return this.#news.take(z);
  }
}
