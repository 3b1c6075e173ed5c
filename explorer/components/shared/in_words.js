// An image in words, for those who hear the page.

/** @typedef {import("./component.js").Shape} Shape */

const LEAST = 0.05; // percent that are worth a word

/**
 * @param {Uint8Array} pixels
 * @param {Shape} shape
 * @returns {string} how much of it stands out from what is around, bright from dark or dark from bright, and where
 */
export function inWords(pixels, [channels, height, width]) {
  const sum = pixels.reduce((total, value) => total + value, 0);
  const isBright = sum > 127.5 * pixels.length; // as a whole: what stands out is dark
  const total = isBright ? 255 * pixels.length - sum : sum;
  const percent = (100 * total) / (255 * pixels.length);
  if (percent < LEAST) return isBright ? "all bright" : "all dark";
  let [right, down] = [0, 0];
  pixels.forEach((value, at) => {
    const place = Math.floor(at / channels);
    const weight = isBright ? 255 - value : value;
    right += weight * ((place % width) + 0.5);
    down += weight * (Math.floor(place / width) + 0.5);
  });
  return `${percent.toFixed(1)} % ${isBright ? "dark" : "bright"}, ${around(right / total / width, down / total / height)}`;
}

/**
 * @param {Uint8Array} now
 * @param {Uint8Array} before
 * @returns {string} the mean change of a pixel, of the whole scale
 */
export function changeInWords(now, before) {
  const total = now.reduce((sum, value, at) => sum + Math.abs(value - before[at]), 0);
  const percent = (100 * total) / (255 * now.length);
  return percent < LEAST ? "the image is the same" : `the image changed by ${percent.toFixed(1)} %`;
}

const NEAR = 0.06; // of the side, from the middle

/**
 * @param {number} right 0 … 1
 * @param {number} down
 */
function around(right, down) {
  const across = right < 0.5 - NEAR ? "left" : right > 0.5 + NEAR ? "right" : "";
  const along = down < 0.5 - NEAR ? "upper" : down > 0.5 + NEAR ? "lower" : "";
  return across || along ? `towards the ${[along, across].filter(Boolean).join(" ")} side` : "around the middle";
}
