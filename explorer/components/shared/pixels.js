// Raw uint8 pixels (n · H · W · C) as the 32-bit colours of a canvas, 0xAABBGGRR.

/** @typedef {import("./component.js").Shape} Shape */

const OPAQUE = 0xff000000;
const FULL_CHANGE = 160; // of 255, in each channel: a larger change has the same colour

/**
 * The size of `count` images side by side in `columns`, with `gap` pixels between them.
 * @param {Shape} shape
 * @param {number} count
 * @param {number} columns
 * @param {number} gap
 * @returns {[width: number, height: number]}
 */
export function tiledSize([, height, width], count, columns, gap) {
  const rows = Math.ceil(count / columns);
  return [columns * (width + gap) - gap, rows * (height + gap) - gap];
}

/**
 * Write images side by side into the colours of a canvas of `tiledSize`.
 * @param {Uint32Array} colours
 * @param {Uint8Array} pixels
 * @param {Shape} shape
 * @param {number[]} images which ones of `pixels`
 * @param {number} columns
 * @param {number} gap
 */
export function writeTiles(colours, pixels, shape, images, columns, gap) {
  const [channels, height, width] = shape;
  const [full] = tiledSize(shape, images.length, columns, gap);
  images.forEach((image, place) => {
    const top = Math.floor(place / columns) * (height + gap);
    const left = (place % columns) * (width + gap);
    let from = image * channels * height * width;
    for (let row = 0; row < height; row++) {
      let to = (top + row) * full + left;
      if (channels === 1) {
        for (let column = 0; column < width; column++) colours[to++] = OPAQUE | (pixels[from++] * 0x010101);
      } else {
        for (let column = 0; column < width; column++, from += 3)
          colours[to++] = OPAQUE | (pixels[from + 2] << 16) | (pixels[from + 1] << 8) | pixels[from];
      }
    }
  });
}

/**
 * Write what changed from image `before` to `now`: red where it got brighter, blue where darker.
 * @param {Uint32Array} colours one per pixel
 * @param {Uint8Array} now
 * @param {Uint8Array} before
 * @param {number} channels
 * @returns {number} the mean |change|, of 1
 */
export function writeChange(colours, now, before, channels) {
  let total = 0;
  for (let place = 0, from = 0; place < colours.length; place++) {
    let change = 0;
    for (let channel = 0; channel < channels; channel++, from++) {
      change += now[from] - before[from];
      total += Math.abs(now[from] - before[from]);
    }
    const strength = Math.min(1, Math.abs(change) / (FULL_CHANGE * channels));
    const faded = Math.round(255 * (1 - strength));
    colours[place] = OPAQUE | (change > 0 ? (faded << 16) | (faded << 8) | 255 : (255 << 16) | (faded << 8) | faded);
  }
  return total / now.length / 255;
}

/**
 * RGBA as a canvas has it → pixels of 3 channels, or of 1 (luma of ITU-R BT.601).
 * @param {Uint8ClampedArray} rgba
 * @param {number} channels
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function fromRgba(rgba, channels) {
  const count = rgba.length / 4;
  const pixels = new Uint8Array(count * channels);
  for (let place = 0; place < count; place++) {
    const [red, green, blue] = rgba.subarray(4 * place, 4 * place + 3);
    if (channels === 3) pixels.set([red, green, blue], 3 * place);
    else pixels[place] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
  }
  return pixels;
}

/**
 * Images of a network, n · C · H · W floats in [0, 1] → n · H · W · C bytes, rounded as the server rounds: half to even.
 * @param {Float32Array} images
 * @param {readonly number[]} dims [n, C, H, W]
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function toPixels(images, [count, channels, height, width]) {
  const pixels = new Uint8ClampedArray(images.length); // rounds
  const plane = height * width;
  for (let image = 0, from = 0; image < count; image++) {
    for (let channel = 0; channel < channels; channel++) {
      let to = image * channels * plane + channel;
      for (let place = 0; place < plane; place++, to += channels) pixels[to] = 255 * images[from++];
    }
  }
  return new Uint8Array(pixels.buffer);
}

/**
 * The inverse of `toPixels`, of one image: H · W · C bytes → C · H · W floats in [0, 1].
 * @param {Uint8Array} pixels
 * @param {readonly number[]} shape [C, H, W]
 * @returns {Float32Array}
 */
export function toPlanes(pixels, [channels, height, width]) {
  const plane = height * width;
  const floats = new Float32Array(pixels.length);
  for (let place = 0; place < plane; place++) {
    for (let channel = 0; channel < channels; channel++) {
      floats[channel * plane + place] = pixels[place * channels + channel] / 255;
    }
  }
  return floats;
}
