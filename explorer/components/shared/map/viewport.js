// Which part of the map is on the screen: `scale` pixels per unit around the point `centre`; y points up on the map.

import { clamp } from "../numbers.js";

const FILLED = 0.92; // of the screen, by all points
const [FARTHEST, NEAREST] = [0.2, 400]; // times the scale at which all points are in view

/** @typedef {import("./geometry.js").Point} Point */

/** @typedef {{centre: Point, scale: number}} Look */

export class Viewport {
  constructor() {
    this.width = 0;
    this.height = 0;
    /** @type {Point} */
    this.centre = [0, 0];
    this.scale = 1;
    this.whole = 1; // the scale at which all points are in view
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    if (this.width) this.scale *= width / this.width;
    this.width = width;
    this.height = height;
  }

  /** @param {import("./grid.js").Box} box to show as a whole */
  fit({ left, top, width, height }) {
    this.centre = [left + width / 2, top + height / 2];
    this.scale = FILLED * Math.min(this.width / width, this.height / height);
    this.whole = this.scale;
  }

  /** @returns {Look} */
  look() {
    return { centre: [...this.centre], scale: this.scale };
  }

  /** @returns {Point} of the screen */
  get middle() {
    return [this.width / 2, this.height / 2];
  }

  /**
   * @param {Point} point of the map
   * @returns {Point} of the screen
   */
  toScreen([x, y]) {
    return [this.width / 2 + (x - this.centre[0]) * this.scale, this.height / 2 - (y - this.centre[1]) * this.scale];
  }

  /**
   * @param {Point} point of the screen
   * @returns {Point} of the map
   */
  toMap([x, y]) {
    return [this.centre[0] + (x - this.width / 2) / this.scale, this.centre[1] - (y - this.height / 2) / this.scale];
  }

  /**
   * @param {Point} point of the screen
   * @returns {Point} the nearest one within it
   */
  within([x, y]) {
    return [clamp(x, 0, this.width), clamp(y, 0, this.height)];
  }

  /**
   * Zoom while a point of the screen stays where it is.
   * @param {number} factor
   * @param {Point} point
   */
  zoom(factor, point) {
    const before = this.toMap(point);
    this.scale = clamp(this.scale * factor, FARTHEST * this.whole, NEAREST * this.whole);
    const after = this.toMap(point);
    this.centre = [this.centre[0] + before[0] - after[0], this.centre[1] + before[1] - after[1]];
  }

  /**
   * Move what is in view along with the pointer.
   * @param {Point} from the centre before
   * @param {number} right pixels
   * @param {number} down
   */
  pan([x, y], right, down) {
    this.centre = [x - right / this.scale, y + down / this.scale];
  }

  /**
   * Positions that look now as others did before.
   * @param {Float32Array} xy n · 2, the positions before
   * @param {Look} before
   * @returns {Float32Array<ArrayBuffer>}
   */
  asSeenBefore(xy, before) {
    const grown = before.scale / this.scale;
    return xy.map((value, i) => this.centre[i % 2] + (value - before.centre[i % 2]) * grown);
  }
}
