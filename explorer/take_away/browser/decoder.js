// In place of components/shared/local/decoder.js: all models in one engine on the page's own thread, without a server to fall back to.

import * as ort from "onnxruntime-web";

import { Engine } from "../../components/shared/local/engine.js";
import { LocalDecoder } from "../../components/shared/local/local_decoder.js";
import { contents, fileOf, unpack } from "./contents.js";

/** @type {Promise<Engine> | null} */
let engine = null;

async function start() {
  const runtime = /** @type {import("../../components/shared/local/engine.js").Runtime} */ (/** @type {unknown} */ (ort));
  runtime.env.wasm.wasmBinary = await unpack(contents.runtime);
  return new Engine(runtime);
}

/**
 * An engine with one half of a run's model.
 * @param {string} run
 * @param {"decoder" | "encoder"} half
 * @returns {Promise<{engine: Engine, key: string}>}
 */
export async function opened(run, half) {
  const [found, file] = [await (engine ??= start()), await fileOf(run, half)];
  const key = `${run} ${half}`;
  await found.open(key, new Uint8Array(file));
  return { engine: found, key };
}

/**
 * @param {string} run
 * @param {import("../../components/shared/remote.js").RunInfo} info
 * @returns {Promise<LocalDecoder>}
 */
export async function localDecoder(run, { dims }) {
  const { engine, key } = await opened(run, "decoder");
  return new LocalDecoder(engine, key, dims);
}
