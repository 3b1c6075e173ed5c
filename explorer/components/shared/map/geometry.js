// Lines and polygons as lists of points.

/** @typedef {[x: number, y: number]} Point */

/**
 * Whether a point lies in a polygon: an odd number of its edges lie to the right.
 * @param {Point[]} polygon
 * @param {number} x
 * @param {number} y
 * @returns {boolean}
 */
export function inside(polygon, x, y) {
  let odd = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [ax, ay] = polygon[i];
    const [bx, by] = polygon[j];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

/**
 * @param {Point} a
 * @param {Point} b
 * @returns {number}
 */
export function distance([ax, ay], [bx, by]) {
  return Math.hypot(bx - ax, by - ay);
}

/**
 * @param {Point[]} points at least one
 * @returns {Point} their mean
 */
export function middle(points) {
  const sum = points.reduce(([x, y], [px, py]) => [x + px, y + py], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}

/**
 * Points at even distances along a line.
 * @param {Point[]} line
 * @param {number} count
 * @returns {Point[]}
 */
export function evenly(line, count) {
  const lengths = [0];
  for (let i = 1; i < line.length; i++) lengths.push(lengths[i - 1] + distance(line[i - 1], line[i]));
  const total = lengths[lengths.length - 1];
  let next = 1;
  return Array.from({ length: count }, (_, step) => {
    const target = (total * step) / (count - 1);
    while (next < line.length - 1 && lengths[next] < target) next++;
    const share = (target - lengths[next - 1]) / Math.max(lengths[next] - lengths[next - 1], 1e-12);
    const [[ax, ay], [bx, by]] = [line[next - 1], line[next]];
    return [ax + Math.min(1, share) * (bx - ax), ay + Math.min(1, share) * (by - ay)];
  });
}
