// The socket to a run: sends the newest codes only, has a few requests in flight, reconnects and goes on.

import { addressOf } from "./addresses.js";
import { readAnswer, requestFrame } from "./frames.js";

/**
 * @typedef {object} Request
 * @property {Float32Array} codes n · D
 * @property {(pixels: Uint8Array) => void} done
 * @property {() => void} [lost] the connection broke before the answer
 */

/**
 * What a component wants decoded, polled when there is room: newer codes replace older ones by themselves.
 * @typedef {object} Source
 * @property {number} limit of requests in flight
 * @property {() => Request | null} next
 */

/** @typedef {{name: "connecting" | "open" | "lost" | "gone", message: string}} State */

/** @typedef {{classes: number, betas: [number, number] | null, error?: string}} RunInfo what the server sends first */

/** @typedef {(state: State, info: RunInfo | null) => void} Watcher */

const GONE = 4404; // the code with which the server closes when the run does not exist
const LONGEST_PAUSE = 3000; // milliseconds between two attempts to reconnect

/** @type {Map<string, Connection>} */
const connections = new Map();

export class Connection {
  /** @type {Map<Source, number>} requests in flight of each source */
  #inFlight = new Map();
  /** @type {Set<Watcher>} */
  #watchers = new Set();
  /** @type {Map<number, {source: Source, request: Request}>} */
  #waiting = new Map();
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #users = 0;
  #number = 0;
  #failures = 0;
  #reason = "";
  #closed = false;

  /**
   * One connection per run, shared by all components of the page; `close()` it as often as it was opened.
   * @param {string} run
   * @param {number | null} [condition] the class or β to decode under, for models that need one
   * @returns {Connection}
   */
  static open(run, condition) {
    const connection = connections.get(run) ?? new Connection(run);
    if (condition != null) connection.condition = condition;
    connections.set(run, connection);
    connection.#users += 1;
    return connection;
  }

  /** @param {string} run */
  constructor(run) {
    this.run = run;
    this.condition = -1; // a class, or a β
    /** @type {RunInfo | null} */
    this.info = null;
    /** @type {State} */
    this.state = { name: "connecting", message: "Connecting …" };
    this.#connect();
  }

  close() {
    this.#users -= 1;
    if (this.#users > 0) return;
    connections.delete(this.run);
    clearTimeout(this.#timer);
    this.#closed = true;
    this.#socket?.close();
  }

  /**
   * Call `watcher` now and at each change of the state.
   * @param {Watcher} watcher
   * @returns {() => void} stops it
   */
  watch(watcher) {
    this.#watchers.add(watcher);
    watcher(this.state, this.info);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * @param {Source} source
   * @returns {() => void} removes it
   */
  add(source) {
    this.#inFlight.set(source, 0);
    return () => this.#inFlight.delete(source);
  }

  /** Send what the sources have, as far as there is room: to be called when a source has something new. */
  poll() {
    if (this.state.name !== "open") return;
    for (const source of this.#inFlight.keys()) {
      while ((this.#inFlight.get(source) ?? source.limit) < source.limit) {
        const request = source.next();
        if (!request) break;
        this.#send(source, request);
      }
    }
  }

  /**
   * @param {Source} source
   * @param {number} change
   */
  #count(source, change) {
    const count = this.#inFlight.get(source);
    if (count !== undefined) this.#inFlight.set(source, count + change);
  }

  /**
   * @param {Source} source
   * @param {Request} request
   */
  #send(source, request) {
    const number = (this.#number = (this.#number + 1) >>> 0);
    this.#count(source, 1);
    this.#waiting.set(number, { source, request });
    this.#socket?.send(requestFrame(number, this.condition, request.codes));
  }

  #connect() {
    const socket = new WebSocket(addressOf(this.run, "").replace(/^http/, "ws"));
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.#opened(JSON.parse(data)) : this.#answered(data));
    socket.onclose = ({ code }) => {
      if (!this.#closed && this.#socket === socket) this.#broken(code);
    };
  }

  /** @param {RunInfo} info */
  #opened(info) {
    if (info.error) {
      this.#reason = info.error;
      return;
    }
    this.info = info;
    if (info.classes && this.condition < 0) this.condition = 0; // a conditional model decodes nothing without a class
    this.#failures = 0;
    this.#reason = "";
    this.#become("open", "");
    this.poll();
  }

  /** @param {ArrayBuffer} data */
  #answered(data) {
    const { number, pixels } = readAnswer(data);
    const entry = this.#waiting.get(number);
    if (!entry) return;
    this.#waiting.delete(number);
    this.#count(entry.source, -1);
    this.poll(); // the next request leaves before this answer is painted
    entry.request.done(pixels);
    this.poll();
  }

  /** @param {number} code */
  #broken(code) {
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { source, request } of lost) {
      this.#count(source, -1);
      request.lost?.();
    }
    if (code === GONE) return this.#become("gone", this.#reason || "This run is not there any more.");
    this.#failures += 1;
    this.#become("lost", this.#reason || "The server does not answer; trying again …");
    const pause = Math.min(LONGEST_PAUSE, 200 * 2 ** Math.min(this.#failures, 4));
    this.#timer = setTimeout(() => this.#connect(), pause);
  }

  /**
   * @param {State["name"]} name
   * @param {string} message
   */
  #become(name, message) {
    this.state = { name, message };
    for (const watcher of this.#watchers) watcher(this.state, this.info);
  }
}
