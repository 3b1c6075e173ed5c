// An engine in a worker.

import { Engine } from "./engine.js";

/** @typedef {{kind: "open", number: number, key: string, model: Uint8Array, runtime: string}} Open */
/** @typedef {{kind: "decode", number: number, key: string, codes: Float32Array, condition: number, dims: number}} Decode */

/** @type {Promise<Engine> | null} */
let engine = null;

/**
 * @param {string} folder of onnxruntime's files
 * @returns {Promise<Engine>}
 */
async function start(folder) {
  const ort = await import(`${folder}ort.wasm.bundle.min.mjs`);
  ort.env.wasm.wasmPaths = { wasm: `${folder}ort-wasm-simd-threaded.wasm` };
  return new Engine(ort);
}

/**
 * @param {Open | Decode} message
 * @returns {Promise<Uint8Array<ArrayBuffer> | void>}
 */
async function answer(message) {
  if (message.kind === "open") return (await (engine ??= start(message.runtime))).open(message.key, message.model);
  const { key, codes, condition, dims } = message;
  return (await engine)?.decode(key, codes, condition, dims);
}

/** @param {MessageEvent<Open | Decode>} event */
self.onmessage = async ({ data }) => {
  try {
    const value = await answer(data);
    self.postMessage({ number: data.number, value }, { transfer: value ? [value.buffer] : [] });
  } catch (error) {
    self.postMessage({ number: data.number, error: `${error}` });
  }
};
