// Encoding in the browser, in the worker that decodes strips.

import { ROOT, addressOf } from "../addresses.js";
import { toPlanes } from "../pixels.js";
import { LARGEST, lanes } from "./decoder.js";

/** @typedef {(pixels: Uint8Array, condition: number) => Promise<Float32Array>} Encode */
/** @typedef {{encode: Encode, posterior: Encode}} LocalEncoder */

/**
 * The encoder of a run in this browser.
 * @param {string} run
 * @param {import("../remote.js").RunInfo} info
 * @returns {Promise<LocalEncoder>} rejected where the server should encode
 */
export async function localEncoder(run, { version, shape, runtime }) {
  if (!runtime) throw new Error("the run is still training");
  const answer = await fetch(addressOf(run, `/encoder?v=${version}`));
  if (!answer.ok) throw new Error(await answer.text());
  const file = new Uint8Array(await answer.arrayBuffer());
  if (file.length > LARGEST) throw new Error(`an encoder of ${file.length} bytes`);
  const [, lane] = lanes();
  const key = `${version} encoder`;
  await lane.open(key, file, new URL(runtime, ROOT).href);
  return {
    encode: (pixels, condition) => lane.encode(key, toPlanes(pixels, shape), condition, shape),
    posterior: (pixels, condition) => lane.posterior(key, toPlanes(pixels, shape), condition, shape),
  };
}
