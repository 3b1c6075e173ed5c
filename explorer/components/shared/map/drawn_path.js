// A path drawn on the map, played as a film.

import { FRAMES, Film } from "../film.js";
import { evenly } from "./geometry.js";

/** @typedef {import("./geometry.js").Point} Point */

export class DrawnPath {
  /** @type {Point[] | null} points of the map */
  points = null;
  /** @type {Point | null} the point whose frame is on the screen */
  current = null;

  /**
   * @param {import("../connection.js").Connection} connection
   * @param {import("../component.js").Shape} shape
   * @param {() => void} changed called when there is something else to draw
   */
  constructor(connection, shape, changed) {
    this.changed = changed;
    this.film = new Film(
      connection,
      shape,
      (frame) => {
        this.current = this.points?.[frame] ?? null;
        changed();
      },
      () => this.clear(),
    );
  }

  clear() {
    this.points = this.current = null;
    this.changed();
  }

  /** @param {Point} point */
  begin(point) {
    this.points = [point];
  }

  /** @param {Point} point */
  add(point) {
    this.points?.push(point);
  }

  /**
   * Decode the path at even distances.
   * @param {import("./space.js").Space} space
   */
  shoot(space) {
    if (!this.points) return;
    this.points = evenly(this.points, FRAMES);
    const codes = new Float32Array(FRAMES * space.dims);
    this.points.forEach(([x, y], frame) => codes.set(space.toCode(x, y).z, frame * space.dims));
    this.film.shoot(codes);
    this.changed();
  }
}
