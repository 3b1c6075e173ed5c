// What the server answers over HTTP: codes, files of arrays, pixels.

import { addressOf } from "./addresses.js";
import { parseSafetensors } from "./safetensors.js";

/** @typedef {Record<string, import("./safetensors.js").Tensor>} Tensors */

const MOST_FILES = 12;

/** @type {Map<string, Promise<Tensors>>} files by address, the oldest first */
const files = new Map();

/**
 * @param {string} run
 * @param {string} rest of the address
 * @param {RequestInit} [options]
 * @returns {Promise<ArrayBuffer>}
 */
export async function fetchBytes(run, rest, options) {
  const address = addressOf(run, rest);
  const answer = await fetch(address, options);
  if (!answer.ok) throw new Error((await answer.text()) || `${answer.status} ${address}`);
  return answer.arrayBuffer();
}

/**
 * A safetensors file from the run's cache; fetched once.
 * @param {string} run
 * @param {string} name
 * @returns {Promise<Tensors>}
 */
export function fetchTensors(run, name) {
  const key = `${run}/${name}`;
  const known = files.get(key);
  if (known) return known;
  const tensors = fetchBytes(run, `/cache/${name}`).then(parseSafetensors);
  tensors.catch(() => files.delete(key));
  files.set(key, tensors);
  if (files.size > MOST_FILES) files.delete([...files.keys()][0]);
  return tensors;
}

/**
 * A code drawn from the run's prior.
 * @param {string} run
 * @returns {Promise<Float32Array>}
 */
export async function drawFromPrior(run) {
  return new Float32Array(await fetchBytes(run, "/draw"));
}

/**
 * The code of one image of the model's shape.
 * @param {string} run
 * @param {Uint8Array<ArrayBuffer>} pixels H · W · C
 * @param {number} [condition] a class or a β; −1: none
 * @returns {Promise<Float32Array>}
 */
export async function encode(run, pixels, condition = -1) {
  const query = condition >= 0 ? `?at=${condition}` : "";
  return new Float32Array(await fetchBytes(run, `/encode${query}`, { method: "POST", body: pixels }));
}

/**
 * Mean and spread of the code of one image of the model's shape.
 * @param {string} run
 * @param {Uint8Array<ArrayBuffer>} pixels H · W · C
 * @param {number} condition a class or a β; −1: none
 * @returns {Promise<Float32Array>} D means, then D log variances
 */
export async function posterior(run, pixels, condition) {
  const query = condition >= 0 ? `&at=${condition}` : "";
  return new Float32Array(await fetchBytes(run, `/encode?spread${query}`, { method: "POST", body: pixels }));
}

/**
 * The codes of test images at each β of the slider: n · steps · D.
 * @param {string} run
 * @param {string} version
 * @param {number[]} rows
 * @returns {Promise<Float32Array>}
 */
export async function fetchCodesAlong(run, version, rows) {
  return new Float32Array(await fetchBytes(run, `/along?rows=${rows.join(",")}&v=${version}`));
}
