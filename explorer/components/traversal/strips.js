// The strips of all rows: one row at a time, in turn, each at the newest code, so that no row starves during a drag.

import { paintStrip } from "../shared/strip.js";
import { STEPS } from "./range.js";

const IN_FLIGHT = 2;

/** @typedef {import("./slider_row.js").SliderRow} SliderRow */

/**
 * What a row's strip depends on: its own dimension takes all values in it, so only the others count.
 * @param {Float64Array} z
 * @param {number} dim
 * @param {number} reach
 * @param {number} condition
 * @returns {string}
 */
export function signature(z, dim, reach, condition) {
  return `${reach}|${condition}|${z.filter((_, other) => other !== dim).join(",")}`;
}

export class Strips {
  /** @type {Map<SliderRow, {version: number, signature: string}>} what each strip shows, or will with its answer */
  #drawn = new Map();
  #version = 0;
  #next = 0;

  /**
   * @param {import("../shared/connection.js").Connection} connection
   * @param {import("../shared/component.js").Shape} shape
   * @param {SliderRow[]} rows
   * @param {import("./range.js").Range} range
   * @param {import("../shared/position.js").Position} position
   */
  constructor(connection, shape, rows, range, position) {
    this.connection = connection;
    this.shape = shape;
    this.rows = rows;
    this.range = range;
    this.position = position;
    this.remove = connection.add({ limit: IN_FLIGHT, next: () => this.#request() });
  }

  /** Draw what has changed: to be called when the code, the range or the condition has. */
  renew() {
    this.#version += 1;
    this.connection.poll();
  }

  #request() {
    for (let tried = 0; tried < this.rows.length; tried++) {
      const row = this.rows[this.#next];
      this.#next = (this.#next + 1) % this.rows.length;
      if (!row.shown || !this.#isOld(row)) continue;
      return {
        codes: this.range.stripCodes(this.position.z, row.dim),
        /** @param {Uint8Array} pixels */
        done: (pixels) => {
          paintStrip(row.strip, pixels, this.shape, STEPS);
          row.strip.dispatchEvent(new CustomEvent("row", { bubbles: true, composed: true }));
        },
        lost: () => this.#drawn.delete(row),
      };
    }
    return null;
  }
  /**
   * Whether a row's strip must be drawn; it counts as drawn from now on.
   * @param {SliderRow} row
   */
  #isOld(row) {
    const drawn = this.#drawn.get(row);
    const version = this.#version;
    if (drawn?.version === version) return false; // without a signature, which takes longer
    const now = signature(this.position.z, row.dim, this.range.reach, this.connection.condition);
    this.#drawn.set(row, { version, signature: now });
    return drawn?.signature !== now;
  }
}
