// Decoding in the browser, where that is fast enough: a worker for the image under the thumb and one for strips. A decoder that is
// very fast makes that image on the page's own thread: it is there before the frame in which the thumb has moved is drawn.

import { ROOT, addressOf } from "../addresses.js";
import { startEngine } from "./engine.js";
import { Lane } from "./lane.js";
import { LocalDecoder } from "./local_decoder.js";

/** Bytes of a decoder, and milliseconds for an image, beyond which the server decodes. */
export const LARGEST = 16 * 2 ** 20;
export const SLOWEST = 8;
/** Milliseconds for an image, up to which the page's own thread decodes it. */
export const FAST = 2;
/** Cores from which the worker that this sets free draws strips, too: fewer are busy with drawing the page. */
const MANY_CORES = 4;
const TRIALS = 5; // images in a trial, after one that is not counted

/** @typedef {import("../remote.js").RunInfo} RunInfo */

/** @type {[Lane, Lane] | null} */
let started = null;
/** @type {ReturnType<typeof startEngine> | null} on the page's own thread */
let here = null;
/** @type {Promise<unknown>} */
let before = Promise.resolve();
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
  const [single] = lanes();
  const folder = new URL(runtime, ROOT).href;
  await single.open(version, file, folder);
  const decoder = new LocalDecoder(single, version, dims);
  const time = await alone(() => trial(decoder, dims, classes ? 0 : (betas?.[0] ?? -1)));
  if (!(time <= SLOWEST)) throw new Error(`${time.toFixed(1)} ms for an image`);
  alone(() => speedUp(decoder, time <= FAST, version, file, folder)).catch(console.debug);
  return decoder;
}

/**
 * One after the other: a trial beside another one says less, and what makes a decoder faster can wait for all trials.
 * @template Value
 * @param {() => Promise<Value>} work
 * @returns {Promise<Value>}
 */
function alone(work) {
  const done = before.then(work);
  before = done.catch(() => {});
  return done;
}

/**
 * More places for a decoder; until they are there, and where one does not start, the first worker does it all.
 * @param {LocalDecoder} decoder
 * @param {boolean} isFast
 * @param {string} version
 * @param {Uint8Array<ArrayBuffer>} file
 * @param {string} folder of onnxruntime
 */
async function speedUp(decoder, isFast, version, file, folder) {
  const [single, several] = lanes();
  await several.open(version, file, folder);
  decoder.relieveBy(several);
  if (!isFast) return;
  const engine = await (here ??= startEngine(folder));
  await engine.open(version, file);
  decoder.hurryBy(engine);
  if (navigator.hardwareConcurrency >= MANY_CORES) decoder.relieveBy(several, single);
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
