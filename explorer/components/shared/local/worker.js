// An engine in a worker.

import { startEngine } from "./engine.js";

/** @typedef {{kind: "open", number: number, key: string, model: Uint8Array, runtime: string}} Open */
/** @typedef {{kind: "decode", number: number, key: string, codes: Float32Array, condition: number, dims: number}} Decode */
/** @typedef {{kind: "encode" | "posterior", number: number, key: string, images: Float32Array, condition: number, shape: readonly number[]}} Encode */

/** @type {Promise<import("./engine.js").Engine> | null} */
let engine = null;

/**
 * @param {Open | Decode | Encode} message
 * @returns {Promise<Uint8Array<ArrayBuffer> | Float32Array | void>}
 */
async function answer(message) {
  if (message.kind === "open") return (await (engine ??= startEngine(message.runtime))).open(message.key, message.model);
  if (message.kind === "decode") return (await engine)?.decode(message.key, message.codes, message.condition, message.dims);
  return (await engine)?.[message.kind](message.key, message.images, message.condition, message.shape);
}

/** @param {MessageEvent<Open | Decode | Encode>} event */
self.onmessage = async ({ data }) => {
  try {
    const value = await answer(data);
    self.postMessage({ number: data.number, value }, { transfer: value ? [value.buffer] : [] });
  } catch (error) {
    self.postMessage({ number: data.number, error: `${error}` });
  }
};
