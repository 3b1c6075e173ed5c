// In place of components/shared/remote.js: there is no server, so what it would say comes once the model is open.

import { contents } from "./contents.js";
import { localDecoder } from "./decoder.js";

/** @typedef {import("../../components/shared/remote.js").Answer} Answer */

export class RemoteDecoder {
  /** @type {import("../../components/shared/local/local_decoder.js").LocalDecoder | null} */
  #local = null;

  /**
   * @param {string} run
   * @param {(state: import("../../components/shared/remote.js").State, info: import("../../components/shared/remote.js").RunInfo | null) => void} changed
   */
  constructor(run, changed) {
    const { info } = contents.runs[run];
    localDecoder(run, info).then(
      (local) => {
        this.#local = local;
        changed({ name: "open", message: "" }, info);
      },
      (error) => changed({ name: "gone", message: `This browser cannot decode: ${error}` }, null),
    );
  }

  close() {}

  /**
   * @param {Float32Array} codes
   * @param {number} condition
   * @param {Answer} answer
   */
  decode(codes, condition, answer) {
    this.#local?.decode(codes, condition, answer);
  }
}
