// The server's search for an answer: the newest request replaces the one before.

import { addressOf } from "../shared/addresses.js";
import { SENTENCE, SIGNED_OUT } from "../shared/signed_out.js";
import { pack, unpack } from "./packets.js";

const LONGEST_PAUSE = 3000; // milliseconds between two attempts to reconnect

/**
 * One of: what is seen, a state of the search, plain repairs, an error.
 * @typedef {object} Answer
 * @property {true} [seen]
 * @property {number} [progress] 0 … 1
 * @property {number[]} [psnr] of each image, in dB
 * @property {number[]} [energy] of each answer in nats: minus log p(y, z)
 * @property {boolean} [draws] whether answers are drawn
 * @property {number[][]} [codes]
 * @property {string[]} [plain] titles of plain repairs
 * @property {string} [error]
 */

export class Search {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {{values: Record<string, unknown>, content: Uint8Array} | null} */
  #request = null;
  #number = 0;
  #failures = 0;
  #closed = false;
  #run;
  #answered;

  /**
   * @param {string} run
   * @param {(answer: Answer, pixels: Uint8Array) => void} answered called with each answer to the newest request
   */
  constructor(run, answered) {
    this.#run = run;
    this.#answered = answered;
    this.#connect();
  }

  /**
   * @param {Record<string, unknown>} values
   * @param {Uint8Array} content
   */
  start(values, content) {
    this.#number += 1;
    this.#request = { values: { ...values, number: this.#number }, content };
    this.#send();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #send() {
    if (this.#socket?.readyState !== WebSocket.OPEN || !this.#request) return;
    this.#socket.send(pack(this.#request.values, this.#request.content));
  }

  #connect() {
    const socket = new WebSocket(addressOf(this.#run, "", "repair").replace(/^http/, "ws"));
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#send();
    socket.onmessage = ({ data }) => {
      this.#failures = 0;
      const { values, content } = unpack(data);
      if (values.number === this.#number) this.#answered(values, content);
    };
    socket.onclose = ({ code, reason }) => {
      if (this.#closed) return;
      if (reason) this.#answered({ error: code === SIGNED_OUT ? SENTENCE : reason }, new Uint8Array());
      if (code === SIGNED_OUT) return;
      this.#failures += 1;
      const pause = Math.min(LONGEST_PAUSE, 200 * 2 ** Math.min(this.#failures, 4));
      this.#timer = setTimeout(() => this.#connect(), pause);
    };
  }
}
