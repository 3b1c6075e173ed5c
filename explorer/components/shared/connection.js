// What decodes for a run: the server at first, then this browser where it is fast enough. Sends the newest codes only.

import { localDecoder } from "./local/decoder.js";
import { RemoteDecoder } from "./remote.js";

/**
 * @typedef {object} Request
 * @property {Float32Array} codes n · D
 * @property {(pixels: Uint8Array) => void} done
 * @property {() => void} [lost] nobody decodes it any more
 */

/**
 * What a component wants decoded, polled when there is room: newer codes replace older ones by themselves.
 * @typedef {object} Source
 * @property {number} limit of requests in flight
 * @property {() => Request | null} next
 */

/** @typedef {import("./remote.js").State} State */
/** @typedef {import("./remote.js").RunInfo} RunInfo */
/** @typedef {import("./local/local_decoder.js").LocalDecoder} LocalDecoder */

/** @typedef {(state: State, info: RunInfo | null) => void} Watcher */

/** @type {Map<string, Connection>} */
const connections = new Map();
/** @type {Set<(connections: Connection[]) => void>} */
const observers = new Set();

export class Connection {
  /** @type {Map<Source, number>} requests in flight of each source */
  #inFlight = new Map();
  /** @type {Set<Watcher>} */
  #watchers = new Set();
  #users = 0;
  #remote;
  /** @type {LocalDecoder | null} */
  #local = null;

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
    this.#remote = new RemoteDecoder(run, (state, info) => this.#become(state, info));
  }

  /**
   * Call `observer` with the open connections, now and whenever one of them changes.
   * @param {(connections: Connection[]) => void} observer
   * @returns {() => void} stops it
   */
  static observe(observer) {
    observers.add(observer);
    observer([...connections.values()]);
    return () => observers.delete(observer);
  }

  /**
   * @param {string} run
   * @returns {number} the class or β in view; −1: none
   */
  static conditionOf(run) {
    return connections.get(run)?.condition ?? -1;
  }

  /**
   * @param {string} run
   * @returns {RunInfo | null} what the server said of a run that is open
   */
  static infoOf(run) {
    return connections.get(run)?.info ?? null;
  }

  /** Whether codes are decoded in this browser. */
  get isLocal() {
    return this.#local !== null;
  }

  close() {
    this.#users -= 1;
    if (this.#users > 0) return;
    connections.delete(this.run);
    this.#remote.close();
    this.#tell();
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

  /** Decode what the sources have, as far as there is room: to be called when a source has something new. */
  poll() {
    const { name } = this.state;
    if (name === "gone" || (name !== "open" && !this.#local)) return;
    for (const source of this.#inFlight.keys()) {
      while ((this.#inFlight.get(source) ?? source.limit) < source.limit) {
        const request = source.next();
        if (!request) break;
        this.#decode(source, request);
      }
    }
  }

  /**
   * @param {Source} source
   * @param {Request} request
   */
  #decode(source, request) {
    const local = this.#local;
    this.#count(source, 1);
    (local ?? this.#remote).decode(request.codes, this.condition, {
      done: (pixels) => {
        this.#count(source, -1);
        this.poll(); // the next request leaves before this answer is painted
        request.done(pixels);
        this.poll();
      },
      lost: () => {
        this.#count(source, -1);
        request.lost?.();
        if (local && local === this.#local) this.#use(null); // for good: it was fast and is broken now
      },
    });
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
   * @param {State} state
   * @param {RunInfo | null} info of a server that answers again
   */
  #become(state, info) {
    this.state = state;
    if (info) {
      if (info.classes && this.condition < 0) this.condition = 0; // a conditional model decodes nothing without a class
      if (info.version !== this.info?.version) this.#tryLocal(info);
      this.info = info;
    }
    this.#tell();
    this.poll();
  }

  /** @param {RunInfo} info */
  async #tryLocal(info) {
    this.#local = null; // of older weights
    try {
      const local = await localDecoder(this.run, info);
      if (info === this.info) this.#use(local);
    } catch (error) {
      console.debug(`The server decodes ${this.run}: ${error}`);
    }
  }

  /** @param {LocalDecoder | null} local */
  #use(local) {
    this.#local = local;
    this.#tell();
    this.poll();
  }

  #tell() {
    for (const watcher of this.#watchers) watcher(this.state, this.info);
    for (const observer of observers) observer([...connections.values()]);
  }
}
