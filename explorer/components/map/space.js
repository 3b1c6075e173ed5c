// Between a map and the latent space: which code lies at a point, and where on the map a code lies.

const NEIGHBOURS = 8;

/** Points in cells, so that the nearest are found without looking at all of them. */
export class Grid {
  constructor(xy) {
    this.xy = xy;
    const n = xy.length / 2;
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      left = Math.min(left, xy[2 * i]);
      right = Math.max(right, xy[2 * i]);
      top = Math.min(top, xy[2 * i + 1]);
      bottom = Math.max(bottom, xy[2 * i + 1]);
    }
    this.box = { left, top, width: Math.max(right - left, 1e-9), height: Math.max(bottom - top, 1e-9) };
    this.cell = Math.sqrt((this.box.width * this.box.height * 2) / n) || 1;
    this.columns = Math.min(2048, Math.ceil(this.box.width / this.cell) + 1);
    this.rows = Math.min(2048, Math.ceil(this.box.height / this.cell) + 1);
    const counts = new Uint32Array(this.columns * this.rows + 1);
    const cells = new Uint32Array(n);
    for (let i = 0; i < n; i++) counts[(cells[i] = this.cellOf(xy[2 * i], xy[2 * i + 1])) + 1]++;
    for (let c = 0; c < counts.length - 1; c++) counts[c + 1] += counts[c];
    this.starts = counts.slice();
    this.order = new Uint32Array(n);
    for (let i = 0; i < n; i++) this.order[counts[cells[i]]++] = i;
  }

  column(x) {
    return Math.max(0, Math.min(this.columns - 1, Math.floor((x - this.box.left) / this.cell)));
  }

  row(y) {
    return Math.max(0, Math.min(this.rows - 1, Math.floor((y - this.box.top) / this.cell)));
  }

  cellOf(x, y) {
    return this.row(y) * this.columns + this.column(x);
  }

  /** The k nearest points → [{index, distance}], nearest first; `wanted(index)` may refuse some. */
  nearest(x, y, k, wanted = null) {
    const found = [];
    const [column, row] = [this.column(x), this.row(y)];
    // How far (x, y) lies outside of the grid: rings are counted from its edge.
    const most = Math.max(this.columns, this.rows);
    for (let ring = 0; ring <= most; ring++) {
      for (let r = row - ring; r <= row + ring; r++) {
        if (r < 0 || r >= this.rows) continue;
        const edge = r === row - ring || r === row + ring;
        for (let c = column - ring; c <= column + ring; c += edge ? 1 : Math.max(1, 2 * ring)) {
          if (c < 0 || c >= this.columns) continue;
          const cell = r * this.columns + c;
          for (let place = this.starts[cell]; place < this.starts[cell + 1]; place++) {
            const index = this.order[place];
            if (wanted && !wanted(index)) continue;
            const distance = Math.hypot(this.xy[2 * index] - x, this.xy[2 * index + 1] - y);
            keep(found, { index, distance }, k);
          }
        }
      }
      // Whatever lies further out is at least this far from the nearest edge of the cell in the middle.
      if (found.length >= Math.min(k, this.order.length) && found.at(-1).distance <= ring * this.cell) break;
    }
    return found;
  }

  /** The median distance of a point to its nearest neighbour. */
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

function keep(found, candidate, k) {
  if (found.length >= k && candidate.distance >= found[k - 1].distance) return;
  let place = found.length;
  while (place > 0 && found[place - 1].distance > candidate.distance) place--;
  found.splice(place, 0, candidate);
  if (found.length > k) found.pop();
}

/**
 * kind "plane": the map is the latent plane; "pca": points (z − mean)·axes, and a point stands for the code in that
 * plane; both are exact. "near": a point stands for the mean of its 8 nearest images' codes and a code for the mean
 * of the positions of the 8 images with the nearest codes, both weighted by 1/distance² (Shepard 1968): approximate.
 */
export class Space {
  constructor(xy, mu, dims, { kind, mean, axes }) {
    Object.assign(this, { xy, mu, dims, kind, mean, axes });
    this.exact = kind !== "near";
    this.grid = new Grid(xy);
    this.gap = this.grid.spacing();
    this.extent = Math.max(this.grid.box.width, this.grid.box.height);
  }

  /** The code at a point, and how far to believe it: 1 among the data, fading to 0 far from it. */
  toCode(x, y) {
    const near = this.grid.nearest(x, y, this.exact ? 1 : NEIGHBOURS);
    const trust = Math.max(0, 1 - Math.max(0, near[0].distance - 3 * this.gap) / (0.12 * this.extent));
    if (this.kind === "plane") return { z: Float64Array.of(x, y), trust };
    const z = new Float64Array(this.dims);
    if (this.kind === "pca") {
      for (let d = 0; d < this.dims; d++) z[d] = this.mean[d] + this.axes[d][0] * x + this.axes[d][1] * y;
      return { z, trust };
    }
    blend(near, this.gap, (index, weight) => {
      for (let d = 0; d < this.dims; d++) z[d] += weight * this.mu[index * this.dims + d];
    });
    return { z, trust };
  }

  /** Where on the map a code lies → [x, y]. */
  toPoint(z) {
    if (this.kind === "plane") return [z[0], z[1]];
    const point = [0, 0];
    if (this.kind === "pca") {
      for (let d = 0; d < this.dims; d++) {
        point[0] += (z[d] - this.mean[d]) * this.axes[d][0];
        point[1] += (z[d] - this.mean[d]) * this.axes[d][1];
      }
      return point;
    }
    blend(this.nearestCodes(z), 1e-6, (index, weight) => {
      point[0] += weight * this.xy[2 * index];
      point[1] += weight * this.xy[2 * index + 1];
    });
    return point;
  }

  nearestCodes(z) {
    const found = [];
    const n = this.xy.length / 2;
    for (let i = 0; i < n; i++) {
      const limit = found.length < NEIGHBOURS ? Infinity : found[NEIGHBOURS - 1].square;
      let square = 0;
      for (let d = 0, at = i * this.dims; d < this.dims && square < limit; d++, at++)
        square += (this.mu[at] - z[d]) ** 2;
      if (square < limit) keep(found, { index: i, square, distance: Math.sqrt(square) }, NEIGHBOURS);
    }
    return found;
  }
}

/** Calls `add(index, weight)` with weights 1/(distance² + tiny²) that sum to 1. */
function blend(near, scale, add) {
  const weights = near.map(({ distance }) => 1 / (distance ** 2 + (1e-3 * scale) ** 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  near.forEach(({ index }, place) => add(index, weights[place] / total));
}
