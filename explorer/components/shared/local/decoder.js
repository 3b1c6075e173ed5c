// Decoding in the browser, where that is fast enough: one worker for the image under the thumb, one for strips.

import { addressOf } from "../addresses.js";
import { Lane } from "./lane.js";
import { LocalDecoder } from "./local_decoder.js";

/** Bytes of a decoder, and milliseconds for an image, beyond which the server decodes. */
export const LARGEST = 16 * 2 ** 20;
export const SLOWEST = 8;
const TRIALS = 5; // images in a trial, after one that is not counted

/** @typedef {import("../remote.js").RunInfo} RunInfo */

/** @type {[Lane, Lane] | null} */
let started = null;
/** @type {Map<string, Promise<LocalDecoder>>} by the hash of their weights: opened once for all components */
const decoders = new Map();

/** @returns {[single: Lane, several: Lane]} the two workers of this page */
export function lanes() {
  return (started ??= [new Lane(), new Lane()]);
}

/**
 * The decoder of a run in this browser.
 * @param {string} run
 * @param {RunInfo} info
 * @returns {Promise<LocalDecoder>} rejected where the server should decode
 */
export function localDecoder(run, info) {
  const known = decoders.get(info.version);
  if (known) return known;
  const decoder = open(run, info);
  decoders.set(info.version, decoder);
  return decoder;
}

/**
 * @param {string} run
 * @param {RunInfo} info
 */
async function open(run, { version, dims, classes, betas, runtime }) {
  if (!runtime) throw new Error("the run is still training");
  const answer = await fetch(addressOf(run, `/decoder?v=${version}`));
  if (!answer.ok) throw new Error(await answer.text());
  const file = new Uint8Array(await answer.arrayBuffer());
  if (file.length > LARGEST) throw new Error(`a decoder of ${file.length} bytes`);
  const [single, several] = lanes();
  const folder = new URL(runtime, location.origin).href;
  await single.open(version, file, folder);
  const decoder = new LocalDecoder(single, version, dims);
  const time = await trial(decoder, dims, classes ? 0 : (betas?.[0] ?? -1));
  if (!(time <= SLOWEST)) throw new Error(`${time.toFixed(1)} ms for an image`);
  // Until then, and where the second one does not start, the first one does it all.
  several.open(version, file, folder).then(() => decoder.relieveBy(several), console.debug);
  return decoder;
}

/**
 * @param {LocalDecoder} decoder
 * @param {number} dims
 * @param {number} condition
 * @returns {Promise<number>} milliseconds for an image, the shortest: other work on the machine says nothing about this one
 */
async function trial(decoder, dims, condition) {
  const times = [];
  for (let i = 0; i <= TRIALS; i++) {
    const begun = performance.now();
    await new Promise((done, lost) => decoder.decode(new Float32Array(dims), condition, { done, lost }));
    if (i) times.push(performance.now() - begun);
  }
  return Math.min(...times);
}
