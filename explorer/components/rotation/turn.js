// A rotation in the plane of two dimensions.

/**
 * @param {number} a
 * @param {number} b
 * @param {number} angle in radians, counterclockwise
 * @returns {[a: number, b: number]} their coordinates along axes that are turned by the angle
 */
export function turned(a, b, angle) {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return [cosine * a + sine * b, cosine * b - sine * a];
}
