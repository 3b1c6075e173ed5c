// What colours a map: classes by a palette, numbers by viridis.

const VIRIDIS = [
  [68, 1, 84],
  [72, 36, 117],
  [65, 68, 135],
  [53, 95, 141],
  [42, 120, 142],
  [33, 145, 140],
  [34, 168, 132],
  [68, 191, 112],
  [122, 209, 81],
  [189, 223, 38],
  [253, 231, 37],
];
const OPACITY = 205;
export const GRADIENT = `linear-gradient(90deg, ${VIRIDIS.map((rgb) => `rgb(${rgb})`).join(", ")})`;

export function viridis(share) {
  const place = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const low = Math.min(VIRIDIS.length - 2, Math.floor(place));
  return VIRIDIS[low].map((value, channel) => Math.round(value + (VIRIDIS[low + 1][channel] - value) * (place - low)));
}

function rgbOf(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** The values a colouring names: {source: "labels" | "factor:2" | "rate" | "distortion" | "z:3"} → n numbers. */
export function valuesOf(source, codes, n) {
  const [name, column] = source.split(":");
  if (name === "labels") return codes.labels.data.subarray(0, n);
  if (name === "distortion") return codes.distortion.data.subarray(0, n);
  if (name === "rate") return rates(codes, n);
  const { data, shape } = name === "z" ? codes.mu : codes.factors;
  return Float32Array.from({ length: n }, (_, row) => data[row * shape[1] + Number(column)]);
}

/** KL(q(z|x) ‖ N(0, I)) of each image in nats. */
function rates({ mu, logvar }, n) {
  const dims = mu.shape[1];
  const found = new Float32Array(n);
  for (let row = 0, at = 0; row < n; row++) {
    for (let d = 0; d < dims; d++, at++)
      found[row] += 0.5 * (mu.data[at] ** 2 + Math.exp(logvar.data[at]) - 1 - logvar.data[at]);
  }
  return found;
}

/** Where a scale of numbers begins and ends: what 1 % and 99 % of them reach, so that one stray does not grey the rest. */
export function rangeOf(values) {
  const sorted = Float32Array.from(values).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const [low, high] = [at(0.01), at(0.99)];
  return high > low ? [low, high] : [sorted[0], Math.max(sorted.at(-1), sorted[0] + 1e-9)];
}

/** rgba of n points; classes in `hidden` get alpha 0. */
export function shades(values, classes, palette, hidden) {
  const rgba = new Uint8Array(values.length * 4);
  if (classes) {
    const colours = palette.map(rgbOf);
    values.forEach((value, row) =>
      rgba.set([...colours[value % colours.length], hidden.has(value) ? 0 : OPACITY], 4 * row),
    );
    return rgba;
  }
  const [low, high] = rangeOf(values);
  const table = Array.from({ length: 256 }, (_, step) => viridis(step / 255));
  values.forEach((value, row) => {
    const step = Math.round((255 * (value - low)) / (high - low));
    rgba.set([...table[Math.min(255, Math.max(0, step))], OPACITY], 4 * row);
  });
  return rgba;
}
