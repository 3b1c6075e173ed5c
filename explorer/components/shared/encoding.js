// The code of an image: by this browser once it has the run's encoder, by the server until then and wherever that fails.

import { Connection } from "./connection.js";
import { localEncoder } from "./local/encoder.js";
import * as server from "./server.js";

/** @type {Map<string, import("./local/encoder.js").LocalEncoder>} those that are here, by the hash of their weights */
const encoders = new Map();

/**
 * Fetch the encoder of a run that is open: somebody may need it soon.
 * @param {string} run
 */
export async function prepareEncoder(run) {
  const info = Connection.infoOf(run);
  if (!info || isHere(run)) return;
  try {
    encoders.set(info.version, await localEncoder(run, info));
  } catch (error) {
    console.debug(`The server encodes for ${run}: ${error}`);
  }
}

/**
 * @param {string} run
 * @returns {boolean} whether this browser encodes for it
 */
export function isHere(run) {
  return encoders.has(Connection.infoOf(run)?.version ?? "");
}

/**
 * @param {string} run
 * @param {Uint8Array<ArrayBuffer>} pixels H · W · C, of the model's shape
 * @param {number} [condition] a class or a β; −1: none
 * @returns {Promise<Float32Array>}
 */
export async function encode(run, pixels, condition = -1) {
  const encoder = encoders.get(Connection.infoOf(run)?.version ?? "");
  try {
    if (encoder) return await encoder.encode(pixels, condition);
  } catch (error) {
    console.debug(`The server encodes for ${run}: ${error}`);
  }
  return server.encode(run, pixels, condition);
}

/**
 * What the encoder says of an image: a Gaussian for each dimension.
 * @typedef {{mu: Float32Array, sigma: Float32Array}} Posterior
 */

/**
 * @param {string} run
 * @param {Uint8Array<ArrayBuffer>} pixels H · W · C, of the model's shape
 * @param {number} [condition] a class or a β; −1: none
 * @returns {Promise<Posterior>} σ is 0 of an encoder without noise
 */
export async function posterior(run, pixels, condition = -1) {
  const both = await posteriorOf(run, pixels, condition);
  const dims = both.length / 2;
  return { mu: both.slice(0, dims), sigma: both.slice(dims).map((logvar) => Math.exp(logvar / 2)) };
}

/**
 * @param {string} run
 * @param {Uint8Array<ArrayBuffer>} pixels
 * @param {number} condition
 * @returns {Promise<Float32Array>} D means, then D log variances
 */
async function posteriorOf(run, pixels, condition) {
  const encoder = encoders.get(Connection.infoOf(run)?.version ?? "");
  try {
    if (encoder) return await encoder.posterior(pixels, condition);
  } catch (error) {
    console.debug(`The server encodes for ${run}: ${error}`);
  }
  return server.posterior(run, pixels, condition);
}
