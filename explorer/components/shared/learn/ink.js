// A drawing as the digits of MNIST are: its ink in a box of 20 of 28 pixels, its centre of mass in the middle.

const BOX = 20 / 28; // LeCun et al. 1998, "Gradient-based learning applied to document recognition", §III-A
const FAINT = 8; // of 255: ink that counts for the box

/**
 * @typedef {object} Picture
 * @property {Uint8Array | Uint8ClampedArray} grey H · W
 * @property {number} width
 * @property {number} height
 */

/**
 * @param {Picture} picture
 * @returns {{left: number, top: number, right: number, bottom: number} | null} around the ink; null without any
 */
export function boxOf({ grey, width, height }) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (grey[at] <= FAINT) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  return right < 0 ? null : { left, top, right: right + 1, bottom: bottom + 1 };
}

/**
 * The picture as an image of `side` × `side` pixels; black where there is no ink.
 * @param {Picture} picture
 * @param {number} side
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function asDigit(picture, side) {
  const image = new Uint8Array(side * side);
  const box = boxOf(picture);
  if (!box) return image;
  const scale = (BOX * side) / Math.max(box.right - box.left, box.bottom - box.top); // of a pixel of the picture
  const [cx, cy] = centreOf(picture);
  const step = 1 / scale;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const left = cx + (x - side / 2) * step;
      const top = cy + (y - side / 2) * step;
      image[y * side + x] = Math.round(meanOver(picture, left, top, step));
    }
  }
  return image;
}

/**
 * @param {Picture} picture
 * @returns {[x: number, y: number]} the centre of mass, in pixels from the upper left corner
 */
export function centreOf({ grey, width }) {
  let [total, sx, sy] = [0, 0, 0];
  grey.forEach((value, at) => {
    total += value;
    sx += value * ((at % width) + 0.5);
    sy += value * (Math.floor(at / width) + 0.5);
  });
  return total ? [sx / total, sy / total] : [0, 0];
}

/**
 * The mean of a square of the picture, which is black beyond its edges; of a square smaller than a pixel, the pixel's value.
 * @param {Picture} picture
 * @param {number} left
 * @param {number} top
 * @param {number} side of the square
 * @returns {number}
 */
function meanOver({ grey, width, height }, left, top, side) {
  const points = Math.max(1, Math.ceil(side));
  let total = 0;
  for (let j = 0; j < points; j++) {
    const y = Math.floor(top + ((j + 0.5) * side) / points);
    if (y < 0 || y >= height) continue;
    for (let i = 0; i < points; i++) {
      const x = Math.floor(left + ((i + 0.5) * side) / points);
      if (x >= 0 && x < width) total += grey[y * width + x];
    }
  }
  return total / points ** 2;
}
