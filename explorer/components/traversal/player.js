// One dimension that plays from one end of its slider to the other and back.

import { Animation, pingPong } from "../shared/animation.js";

const PERIOD = 4; // seconds there and back

/** @typedef {import("./slider_row.js").SliderRow} SliderRow */

export class Player {
  #animation = new Animation();
  /** @type {SliderRow | null} */
  #row = null;

  /**
   * @param {import("./range.js").Range} range
   * @param {(dim: number, value: number, time: number) => void} move
   */
  constructor(range, move) {
    this.range = range;
    this.move = move;
  }

  /**
   * @param {SliderRow} row
   * @returns {boolean} whether this row plays
   */
  isPlaying(row) {
    return this.#row === row;
  }

  /**
   * @param {SliderRow} row
   * @param {number} value where to begin
   */
  start(row, value) {
    this.#row = row;
    row.setPlaying(true);
    const { dim } = row;
    const begun = (this.range.shareOf(dim, value) * PERIOD) / 2;
    this.#animation.start((seconds, now) =>
      this.move(dim, this.range.valueAt(dim, pingPong(seconds + begun, PERIOD)), now),
    );
  }

  /** @returns {boolean} whether a row played */
  stop() {
    this.#row?.setPlaying(false);
    this.#row = null;
    return this.#animation.stop();
  }
}
