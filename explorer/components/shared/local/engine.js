// Exported models, run by onnxruntime one request at a time, the smallest first: the image under a thumb before strips.

import { toPixels } from "../pixels.js";

/**
 * @typedef {object} Session of onnxruntime, as far as it is used here
 * @property {readonly string[]} inputNames
 * @property {(feeds: Record<string, unknown>) => Promise<Record<string, {data: Float32Array, dims: readonly number[]}>>} run
 */

/**
 * @typedef {object} Runtime
 * @property {{wasm: {numThreads: number, wasmPaths?: {wasm: string}, wasmBinary?: ArrayBuffer}, logLevel: string}} env
 * @property {{create: (model: Uint8Array, options: object) => Promise<Session>}} InferenceSession
 * @property {new (type: "float32", data: Float32Array, dims: number[]) => unknown} Tensor
 */

/** @typedef {{size: number, run: () => Promise<void>}} Job */

/**
 * An engine in this thread: the page's or a worker's.
 * @param {string} folder of onnxruntime's files
 * @returns {Promise<Engine>}
 */
export async function startEngine(folder) {
  const ort = await import(`${folder}ort.wasm.bundle.min.mjs`);
  ort.env.wasm.wasmPaths = { wasm: `${folder}ort-wasm-simd-threaded.wasm` };
  return new Engine(ort);
}

/** Milliseconds of work until others have their turn: requests that arrive meanwhile may be smaller, and a page must draw. */
const TURN = 8;

export class Engine {
  /** @type {Map<string, Promise<Session>>} */
  #sessions = new Map();
  /** @type {Job[]} */
  #waiting = [];
  #channel = new MessageChannel();
  #busy = false;
  #ort;

  /** @param {Runtime} ort */
  constructor(ort) {
    this.#ort = ort;
    ort.env.logLevel = "error";
    ort.env.wasm.numThreads = 1; // more would need headers that forbid the page to embed anything foreign
  }

  /**
   * @param {string} key of the model from now on
   * @param {Uint8Array} model as ONNX
   */
  async open(key, model) {
    if (!this.#sessions.has(key)) {
      this.#sessions.set(key, this.#ort.InferenceSession.create(model, { executionProviders: ["wasm"] }));
    }
    await this.#sessions.get(key);
  }

  /**
   * @param {string} key of a decoder
   * @param {Float32Array} codes n · D
   * @param {number} condition a class or a β; ignored by a model without
   * @param {number} dims D
   * @returns {Promise<Uint8Array<ArrayBuffer>>} n · H · W · C pixels; of a table the bytes of n · P floats
   */
  async decode(key, codes, condition, dims) {
    const { image, row } = await this.#run(key, "z", codes, [codes.length / dims, dims], condition);
    return row ? new Uint8Array(row.data.slice().buffer) : toPixels(image.data, image.dims);
  }

  /**
   * @param {string} key of an encoder
   * @param {Float32Array} images n · C · H · W in [0, 1]
   * @param {number} condition
   * @param {readonly number[]} shape [C, H, W]
   * @returns {Promise<Float32Array>} n · D means
   */
  async encode(key, images, condition, shape) {
    const n = images.length / shape.reduce((product, side) => product * side);
    return (await this.#run(key, "image", images, [n, ...shape], condition)).mu.data;
  }

  /**
   * @param {string} key of an encoder
   * @param {Float32Array} images n · C · H · W in [0, 1]
   * @param {number} condition
   * @param {readonly number[]} shape [C, H, W]
   * @returns {Promise<Float32Array>} of each image D means, then D log variances; −∞ of an encoder without noise
   */
  async posterior(key, images, condition, shape) {
    const n = images.length / shape.reduce((product, side) => product * side);
    const { mu, logvar } = await this.#run(key, "image", images, [n, ...shape], condition);
    const dims = mu.data.length / n;
    const both = new Float32Array(2 * mu.data.length).fill(-Infinity);
    for (let image = 0; image < n; image++) {
      both.set(mu.data.subarray(image * dims, (image + 1) * dims), 2 * image * dims);
      if (logvar) both.set(logvar.data.subarray(image * dims, (image + 1) * dims), (2 * image + 1) * dims);
    }
    return both;
  }

  /**
   * @param {string} key
   * @param {string} input
   * @param {Float32Array} data
   * @param {number[]} dims
   * @param {number} condition
   * @returns {ReturnType<Session["run"]>}
   */
  #run(key, input, data, dims, condition) {
    return new Promise((done, failed) => {
      const run = async () => {
        try {
          const session = await this.#sessions.get(key);
          if (!session) throw new Error("this model is not open");
          /** @type {Record<string, unknown>} */
          const feeds = { [input]: new this.#ort.Tensor("float32", data, dims) };
          if (session.inputNames.includes("condition")) {
            const filled = new Float32Array(dims[0]).fill(condition);
            feeds.condition = new this.#ort.Tensor("float32", filled, [dims[0]]);
          }
          done(await session.run(feeds));
        } catch (error) {
          failed(error);
        }
      };
      this.#waiting.push({ size: data.length, run });
      this.#work();
    });
  }

  async #work() {
    if (this.#busy) return;
    this.#busy = true;
    let begun = performance.now();
    while (this.#waiting.length) {
      const sizes = this.#waiting.map(({ size }) => size);
      const [job] = this.#waiting.splice(sizes.indexOf(Math.min(...sizes)), 1);
      await job.run();
      if (performance.now() - begun < TURN) continue;
      await this.#turn();
      begun = performance.now();
    }
    this.#busy = false;
  }

  /** Until what has arrived meanwhile is received; a timer would wait 4 ms. */
  #turn() {
    return new Promise((done) => {
      this.#channel.port1.onmessage = done;
      this.#channel.port2.postMessage(null);
    });
  }
}
