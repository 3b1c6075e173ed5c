// The values that the sliders reach, and the steps of their strips.

import { clamp } from "../shared/numbers.js";

export const STEPS = 11; // images of a strip
const FINE = 300; // steps of a slider

export class Range {
  /**
   * @param {number[]} centre of each dimension
   * @param {number[]} deviation
   * @param {number} reach in deviations, to both sides
   */
  constructor(centre, deviation, reach) {
    this.centre = centre;
    this.deviation = deviation;
    this.reach = reach;
  }

  /**
   * @param {number} dim
   * @returns {number}
   */
  low(dim) {
    return this.centre[dim] - this.reach * this.deviation[dim];
  }

  /**
   * @param {number} dim
   * @returns {number}
   */
  high(dim) {
    return this.centre[dim] + this.reach * this.deviation[dim];
  }

  /**
   * @param {number} dim
   * @returns {number} the distance of two values of the slider
   */
  step(dim) {
    return (2 * this.reach * this.deviation[dim]) / FINE;
  }

  /**
   * @param {number} dim
   * @param {number} share 0 … 1
   * @returns {number} the value there
   */
  valueAt(dim, share) {
    return this.low(dim) + share * (this.high(dim) - this.low(dim));
  }

  /**
   * @param {number} dim
   * @param {number} cell of the strip
   * @returns {number} the value that it shows
   */
  cellValue(dim, cell) {
    return this.low(dim) + ((this.high(dim) - this.low(dim)) * cell) / (STEPS - 1);
  }

  /**
   * @param {number} dim
   * @param {number} value
   * @returns {number} where on the slider it stands, 0 … 1
   */
  shareOf(dim, value) {
    return clamp((value - this.low(dim)) / (this.high(dim) - this.low(dim)), 0, 1);
  }

  /**
   * @param {number} dim
   * @param {number} value
   * @returns {number} the nearest one on the slider
   */
  clamp(dim, value) {
    return clamp(value, this.low(dim), this.high(dim));
  }

  /**
   * @param {number} dim
   * @param {number} value
   * @returns {boolean} whether it lies beyond the slider's ends
   */
  isOutside(dim, value) {
    return value < this.low(dim) - 1e-9 || value > this.high(dim) + 1e-9;
  }

  /**
   * The codes of a strip: all values of one dimension, the others as they are.
   * @param {Float64Array} z
   * @param {number} dim
   * @returns {Float32Array} STEPS · D
   */
  stripCodes(z, dim) {
    const codes = new Float32Array(STEPS * z.length);
    for (let cell = 0; cell < STEPS; cell++) {
      codes.set(z, cell * z.length);
      codes[cell * z.length + dim] = this.cellValue(dim, cell);
    }
    return codes;
  }
}
