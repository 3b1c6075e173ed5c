// Between a map and the latent space: which code lies at a point, and where on the map a code lies.

import { Grid } from "./grid.js";
import { nearestCodes, weightsOf } from "./nearest.js";

const NEIGHBOURS = 8;
const NEAR = 3; // median gaps between points within which a point is among the data
const FADE = 0.12; // of the map's width: beyond it, nothing is known

/** @typedef {{kind: "plane"} | {kind: "pca", mean: number[], axes: number[][]} | {kind: "near"}} SpaceProps */

/** @typedef {import("./geometry.js").Point} Point */

/**
 * A code, and how far to trust it: 1 among the data, fading to 0 far from it.
 * @typedef {{z: Float64Array, trust: number}} TrustedCode
 */

/**
 * kind "plane": the map is the latent plane; "pca": points (z − mean)·axes, and a point stands for the code in that
 * plane; both are exact. "near": a point stands for the mean of its 8 nearest images' codes and a code for the mean
 * of the positions of the 8 images with the nearest codes, both weighted by 1/distance² (Shepard 1968): approximate.
 */
export class Space {
  /**
   * @param {ArrayLike<number>} xy n · 2
   * @param {ArrayLike<number>} mu n · D
   * @param {number} dims D
   * @param {SpaceProps} props
   */
  constructor(xy, mu, dims, props) {
    this.xy = xy;
    this.mu = mu;
    this.dims = dims;
    this.props = props;
    this.exact = props.kind !== "near";
    this.grid = new Grid(xy);
    this.gap = this.grid.spacing();
    this.extent = Math.max(this.grid.box.width, this.grid.box.height);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {TrustedCode}
   */
  toCode(x, y) {
    const near = this.grid.nearest(x, y, this.exact ? 1 : NEIGHBOURS);
    const trust = Math.max(0, 1 - Math.max(0, near[0].distance - NEAR * this.gap) / (FADE * this.extent));
    const { props } = this;
    if (props.kind === "plane") return { z: Float64Array.of(x, y), trust };
    const z = new Float64Array(this.dims);
    if (props.kind === "pca") {
      for (let d = 0; d < this.dims; d++) z[d] = props.mean[d] + props.axes[d][0] * x + props.axes[d][1] * y;
      return { z, trust };
    }
    weightsOf(near, this.gap).forEach((weight, place) => {
      const from = near[place].index * this.dims;
      for (let d = 0; d < this.dims; d++) z[d] += weight * this.mu[from + d];
    });
    return { z, trust };
  }

  /**
   * @param {ArrayLike<number>} z
   * @returns {Point} where on the map the code lies
   */
  toPoint(z) {
    const { props } = this;
    if (props.kind === "plane") return [z[0], z[1]];
    /** @type {Point} */
    const point = [0, 0];
    if (props.kind === "pca") {
      for (let d = 0; d < this.dims; d++) {
        point[0] += (z[d] - props.mean[d]) * props.axes[d][0];
        point[1] += (z[d] - props.mean[d]) * props.axes[d][1];
      }
      return point;
    }
    const near = nearestCodes(this.mu, z, NEIGHBOURS);
    weightsOf(near, 1e-6).forEach((weight, place) => {
      point[0] += weight * this.xy[2 * near[place].index];
      point[1] += weight * this.xy[2 * near[place].index + 1];
    });
    return point;
  }
}
