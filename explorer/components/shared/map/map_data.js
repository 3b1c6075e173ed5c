// What the files of a map hold: the images' points, their codes, and the way between both.

import { fetchTensors } from "../server.js";
import { Space } from "./space.js";

/** @typedef {import("../server.js").Tensors} Tensors */

export class MapData {
  /**
   * @param {Float32Array<ArrayBuffer>} xy n · 2
   * @param {Tensors} codes
   * @param {import("./space.js").SpaceProps} space
   * @param {string} images which test images: two maps of the same have the same rows
   */
  constructor(xy, codes, space, images) {
    this.images = images;
    this.xy = xy;
    this.count = xy.length / 2;
    this.codes = codes;
    this.space = new Space(xy, codes.mu.data, codes.mu.shape[1], space);
  }

  /**
   * @param {string} run
   * @param {import("./props.js").MapFields} props
   * @returns {Promise<MapData>}
   */
  static async fetch(run, { map, codes, space, images }) {
    const [{ positions }, tensors] = await Promise.all([fetchTensors(run, map), fetchTensors(run, codes)]);
    return new MapData(/** @type {Float32Array<ArrayBuffer>} */ (positions.data), tensors, space, images);
  }

  /**
   * @param {number} row
   * @returns {import("./geometry.js").Point}
   */
  point(row) {
    return [this.xy[2 * row], this.xy[2 * row + 1]];
  }

  /**
   * @param {number} row
   * @returns {ArrayLike<number>} its code
   */
  code(row) {
    const { dims } = this.space;
    return this.codes.mu.data.subarray(row * dims, (row + 1) * dims);
  }
}
