// Points in cells, so that the nearest are found without looking at all of them.

import { clamp } from "../numbers.js";
import { insert } from "./nearest.js";

const MOST_CELLS = 2048; // along a side

/** @typedef {import("./nearest.js").Neighbour} Neighbour */

/** @typedef {{left: number, top: number, width: number, height: number}} Box */

/**
 * The box around points.
 * @param {ArrayLike<number>} xy n · 2
 * @returns {Box}
 */
export function boxAround(xy) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < xy.length; i += 2) {
    left = Math.min(left, xy[i]);
    right = Math.max(right, xy[i]);
    top = Math.min(top, xy[i + 1]);
    bottom = Math.max(bottom, xy[i + 1]);
  }
  return { left, top, width: Math.max(right - left, 1e-9), height: Math.max(bottom - top, 1e-9) };
}

export class Grid {
  /** @param {ArrayLike<number>} xy n · 2 */
  constructor(xy) {
    this.xy = xy;
    const n = xy.length / 2;
    this.box = boxAround(xy);
    this.cell = Math.sqrt((this.box.width * this.box.height * 2) / n) || 1;
    this.columns = Math.min(MOST_CELLS, Math.ceil(this.box.width / this.cell) + 1);
    this.rows = Math.min(MOST_CELLS, Math.ceil(this.box.height / this.cell) + 1);
    const counts = new Uint32Array(this.columns * this.rows + 1);
    const cells = new Uint32Array(n);
    for (let i = 0; i < n; i++) counts[(cells[i] = this.#cellOf(xy[2 * i], xy[2 * i + 1])) + 1]++;
    for (let c = 0; c < counts.length - 1; c++) counts[c + 1] += counts[c];
    this.starts = counts.slice(); // of each cell's points in `order`
    this.order = new Uint32Array(n);
    for (let i = 0; i < n; i++) this.order[counts[cells[i]]++] = i;
  }

  /** @param {number} x */
  #column(x) {
    return clamp(Math.floor((x - this.box.left) / this.cell), 0, this.columns - 1);
  }

  /** @param {number} y */
  #row(y) {
    return clamp(Math.floor((y - this.box.top) / this.cell), 0, this.rows - 1);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #cellOf(x, y) {
    return this.#row(y) * this.columns + this.#column(x);
  }

  /**
   * The k nearest points, nearest first.
   * @param {number} x
   * @param {number} y
   * @param {number} k
   * @param {(index: number) => boolean} [counts] whether a point may be among them
   * @returns {Neighbour[]}
   */
  nearest(x, y, k, counts = () => true) {
    /** @type {Neighbour[]} */
    const best = [];
    const [column, row] = [this.#column(x), this.#row(y)];
    const rings = Math.max(this.columns, this.rows);
    for (let ring = 0; ring <= rings; ring++) {
      for (const cell of this.#ring(column, row, ring)) {
        for (let place = this.starts[cell]; place < this.starts[cell + 1]; place++) {
          const index = this.order[place];
          if (!counts(index)) continue;
          const distance = Math.hypot(this.xy[2 * index] - x, this.xy[2 * index + 1] - y);
          insert(best, { index, distance }, k);
        }
      }
      // Whatever lies further out is at least this far from the nearest edge of the cell in the middle.
      if (best.length >= Math.min(k, this.order.length) && best[best.length - 1].distance <= ring * this.cell) break;
    }
    return best;
  }

  /**
   * The cells at a distance of `ring` cells from one in the middle.
   * @param {number} column
   * @param {number} row
   * @param {number} ring
   */
  *#ring(column, row, ring) {
    for (let r = row - ring; r <= row + ring; r++) {
      if (r < 0 || r >= this.rows) continue;
      const edge = r === row - ring || r === row + ring;
      for (let c = column - ring; c <= column + ring; c += edge ? 1 : Math.max(1, 2 * ring))
        if (c >= 0 && c < this.columns) yield r * this.columns + c;
    }
  }

  /** @returns {number} the median distance of a point to its nearest neighbour */
  spacing() {
    const n = this.order.length;
    const step = Math.max(1, Math.floor(n / 300));
    const distances = [];
    for (let i = 0; i < n; i += step) {
      const [, second] = this.nearest(this.xy[2 * i], this.xy[2 * i + 1], 2);
      if (second) distances.push(second.distance);
    }
    distances.sort((a, b) => a - b);
    return distances[distances.length >> 1] || 1e-9;
  }
}
