// Raw uint8 pixels onto canvases.

const kept = new WeakMap();

/** Paint image `index` of `pixels` (n · H · W · C) onto a canvas of H × W; CSS enlarges it. */
export function paint(canvas, pixels, shape, index = 0) {
  const [channels, height, width] = shape;
  paintAt(canvas, pixels, shape, [index], 1, 0);
  canvas.dataset.painted = Number(canvas.dataset.painted ?? 0) + 1;
  return pixels.subarray(index * channels * height * width, (index + 1) * channels * height * width);
}

/** Paint several images side by side: a strip of `columns`, with `gap` pixels between. */
export function paintAt(canvas, pixels, shape, indices, columns, gap) {
  const [channels, height, width] = shape;
  const full = columns * (width + gap) - gap;
  const rows = Math.ceil(indices.length / columns);
  const image = imageOf(canvas, full, rows * (height + gap) - gap);
  const target = image.words;
  indices.forEach((index, place) => {
    const top = Math.floor(place / columns) * (height + gap);
    const left = (place % columns) * (width + gap);
    let from = index * channels * height * width;
    for (let row = 0; row < height; row++) {
      let to = (top + row) * full + left;
      if (channels === 1) {
        for (let column = 0; column < width; column++) target[to++] = 0xff000000 | (pixels[from++] * 0x010101);
      } else {
        for (let column = 0; column < width; column++, from += 3) {
          target[to++] = 0xff000000 | (pixels[from + 2] << 16) | (pixels[from + 1] << 8) | pixels[from];
        }
      }
    }
  });
  canvas.getContext("2d").putImageData(image.data, 0, 0);
}

/** What changed from image `before` to `now`: red where it got brighter, blue where darker; returns the mean |change|. */
export function paintChange(canvas, now, before, shape) {
  const [channels, height, width] = shape;
  const image = imageOf(canvas, width, height);
  let total = 0;
  for (let place = 0, from = 0; place < width * height; place++) {
    let change = 0;
    for (let channel = 0; channel < channels; channel++, from++) {
      change += now[from] - before[from];
      total += Math.abs(now[from] - before[from]);
    }
    const strength = Math.min(1, Math.abs(change) / (160 * channels));
    const faded = Math.round(255 * (1 - strength));
    image.words[place] =
      0xff000000 | (change > 0 ? (faded << 16) | (faded << 8) | 255 : (255 << 16) | (faded << 8) | faded);
  }
  canvas.getContext("2d").putImageData(image.data, 0, 0);
  return total / now.length / 255;
}

function imageOf(canvas, width, height) {
  const known = kept.get(canvas);
  if (known && known.data.width === width && known.data.height === height) return known;
  canvas.width = width;
  canvas.height = height;
  const data = new ImageData(width, height);
  const found = { data, words: new Uint32Array(data.data.buffer) };
  kept.set(canvas, found);
  return found;
}
