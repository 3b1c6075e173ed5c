// Decoding on the server: a socket that connects again when it breaks.

import { addressOf } from "./addresses.js";
import { readAnswer, requestFrame } from "./frames.js";
import { SENTENCE, SIGNED_OUT } from "./signed_out.js";

/** @typedef {{name: "connecting" | "open" | "lost" | "gone", message: string}} State */

/**
 * What the server sends first.
 * @typedef {object} RunInfo
 * @property {string} version a hash of the weights
 * @property {number} dims D
 * @property {import("./component.js").Shape} shape of its images
 * @property {number} classes of a conditional model, else 0
 * @property {[number, number] | null} betas of a model that takes β
 * @property {string | null} runtime the folder of onnxruntime; null while the run trains, because its decoder changes
 * @property {string} [error]
 */

/** @typedef {{done: (pixels: Uint8Array) => void, lost: () => void}} Answer */

const GONE = 4404; // the code with which the server closes when the run does not exist
const LONGEST_PAUSE = 3000; // milliseconds between two attempts to reconnect

export class RemoteDecoder {
  /** @type {Map<number, Answer>} */
  #waiting = new Map();
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #number = 0;
  #failures = 0;
  #reason = "";
  #closed = false;
  #run;
  #changed;

  /**
   * @param {string} run
   * @param {(state: State, info: RunInfo | null) => void} changed called at each change of the state
   */
  constructor(run, changed) {
    this.#run = run;
    this.#changed = changed;
    this.#connect();
  }

  close() {
    clearTimeout(this.#timer);
    this.#closed = true;
    this.#socket?.close();
  }

  /**
   * Only while it is open.
   * @param {Float32Array} codes n · D
   * @param {number} condition a class or a β; −1: none
   * @param {Answer} answer
   */
  decode(codes, condition, answer) {
    const number = (this.#number = (this.#number + 1) >>> 0);
    this.#waiting.set(number, answer);
    this.#socket?.send(requestFrame(number, condition, codes));
  }

  #connect() {
    const socket = new WebSocket(addressOf(this.#run, "").replace(/^http/, "ws"));
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.#opened(JSON.parse(data)) : this.#answered(data));
    socket.onclose = ({ code, reason }) => {
      if (!this.#closed && this.#socket === socket) this.#broken(code, reason);
    };
  }

  /** @param {RunInfo} info */
  #opened(info) {
    this.#reason = info.error ?? "";
    if (info.error) return;
    this.#failures = 0;
    this.#changed({ name: "open", message: "" }, info);
  }

  /** @param {ArrayBuffer} data */
  #answered(data) {
    const { number, pixels } = readAnswer(data);
    const answer = this.#waiting.get(number);
    this.#waiting.delete(number);
    answer?.done(pixels);
  }

  /**
   * @param {number} code
   * @param {string} reason one sentence, where the server gives one
   */
  #broken(code, reason) {
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const answer of lost) answer.lost();
    if (code === GONE || code === SIGNED_OUT) {
      const why = code === GONE ? this.#reason || "This run is not there any more." : SENTENCE;
      this.#changed({ name: "gone", message: why }, null);
      return;
    }
    this.#failures += 1;
    this.#changed({ name: "lost", message: this.#reason || reason || "The server does not answer; trying again …" }, null);
    const pause = Math.min(LONGEST_PAUSE, 200 * 2 ** Math.min(this.#failures, 4));
    this.#timer = setTimeout(() => this.#connect(), pause);
  }
}
