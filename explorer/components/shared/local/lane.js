// A worker that holds decoders, from the page's side; answers come in any order.

/** @typedef {{done: (value: any) => void, failed: (error: Error) => void}} Promised */

export class Lane {
  /** @type {Map<number, Promised>} by the number of the message */
  #waiting = new Map();
  #number = 0;
  #worker;

  /** @param {Worker} [worker] */
  constructor(worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" })) {
    this.#worker = worker;
    worker.onmessage = ({ data: { number, error, value } }) => {
      const promised = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (error === undefined) promised?.done(value);
      else promised?.failed(new Error(error));
    };
    worker.onerror = ({ message }) => this.#fail(message || "the worker could not be started");
  }

  /**
   * @param {string} key of the model from now on
   * @param {Uint8Array<ArrayBuffer>} model as ONNX
   * @param {string} runtime the folder of onnxruntime
   * @returns {Promise<void>}
   */
  open(key, model, runtime) {
    return this.#request({ kind: "open", key, model, runtime });
  }

  /**
   * @param {string} key
   * @param {Float32Array} codes n · D
   * @param {number} condition a class or a β; ignored by other decoders
   * @param {number} dims D
   * @returns {Promise<Uint8Array<ArrayBuffer>>} n · H · W · C pixels
   */
  decode(key, codes, condition, dims) {
    return this.#request({ kind: "decode", key, codes, condition, dims });
  }

  /**
   * @param {string} key of an encoder
   * @param {Float32Array} images n · C · H · W in [0, 1]
   * @param {number} condition
   * @param {readonly number[]} shape [C, H, W]
   * @returns {Promise<Float32Array>} n · D means
   */
  encode(key, images, condition, shape) {
    return this.#request({ kind: "encode", key, images, condition, shape });
  }

  /**
   * The same, with the spread.
   * @param {string} key of an encoder
   * @param {Float32Array} images n · C · H · W in [0, 1]
   * @param {number} condition
   * @param {readonly number[]} shape [C, H, W]
   * @returns {Promise<Float32Array>} of each image D means, then D log variances
   */
  posterior(key, images, condition, shape) {
    return this.#request({ kind: "posterior", key, images, condition, shape });
  }

  /** @param {object} message */
  #request(message) {
    return new Promise((done, failed) => {
      const number = (this.#number += 1);
      this.#waiting.set(number, { done, failed });
      this.#worker.postMessage({ number, ...message });
    });
  }

  /** @param {string} reason */
  #fail(reason) {
    for (const { failed } of this.#waiting.values()) failed(new Error(reason));
    this.#waiting.clear();
  }
}
