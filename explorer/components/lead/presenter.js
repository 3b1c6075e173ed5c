// The presenter's socket: one for the browser tab, as components come and go with its pages.

import { subscribe } from "../shared/bus.js";
import { Connection } from "../shared/connection.js";
import { moveOf } from "../shared/moves.js";
import { SENTENCE, SIGNED_OUT } from "../shared/signed_out.js";

const GAP = 25; // milliseconds from one move to the next, at least
const RETRY = 1000; // until a lost connection is tried again
const WRONG_TOKEN = 4403;

/** @typedef {import("./lead.js").LeadProps} LeadProps */
/** @typedef {(text: string) => void} Watcher */

export class Presenter {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Set<Watcher>} */
  #watchers = new Set();
  /** @type {LeadProps | null} */
  #props = null;
  #unsubscribe = () => {};
  #text = "";
  /** @type {{keyframes?: unknown[]}} what belongs to the place beside run and page */
  #more = {};
  /** @type {ArrayBuffer | null} */
  #move = null;
  #sent = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;

  /** @param {new (address: URL) => WebSocket} [open] */
  constructor(open = WebSocket) {
    this.open = open;
  }

  /**
   * @param {Watcher} watcher called now and at each change
   * @returns {() => void} stops it
   */
  watch(watcher) {
    this.#watchers.add(watcher);
    watcher(this.#text);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * Begin, end, or go on with another run or page.
   * @param {LeadProps} props
   */
  update(props) {
    const before = this.#props;
    this.#props = props;
    if (!props.on) this.#stop("");
    else if (!before?.on || props.token !== before.token) this.#connect();
    else if (props.run !== before.run || props.page !== before.page) this.#follow();
  }

  /** @param {string} text why, "" where it was wanted */
  #stop(text) {
    this.#unsubscribe();
    clearTimeout(this.#timer);
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#say(text);
  }

  #connect() {
    if (!this.#props) return;
    const address = new URL(this.#props.address, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = (this.#socket = new this.open(address));
    this.#say("Connecting …");
    socket.onopen = () => {
      socket.send(JSON.stringify({ token: this.#props?.token }));
      this.#follow();
    };
    socket.onmessage = ({ data }) => {
      const { followers } = JSON.parse(data);
      this.#say(`You lead: ${followers} follow${followers === 1 ? "s" : ""}`);
    };
    socket.onclose = ({ code }) => {
      if (socket !== this.#socket) return;
      if (code === WRONG_TOKEN || code === SIGNED_OUT) {
        this.#stop(code === SIGNED_OUT ? SENTENCE : "The server has started anew: reload the app to lead.");
        return;
      }
      this.#say("Connecting …");
      this.#retry = setTimeout(() => this.#connect(), RETRY);
    };
  }

  /** Send what the components of this run show, from now on. */
  #follow() {
    if (!this.#props) return;
    this.#unsubscribe();
    this.#more = {};
    this.#move = null;
    const { run } = this.#props;
    this.#place();
    this.#unsubscribe = subscribe(run, this, ({ z, at, keyframes }) => {
      if (keyframes) {
        this.#more = { keyframes };
        this.#place();
      }
      if (z) this.#show(moveOf(Connection.conditionOf(run), at ?? -1, z));
    });
  }

  #place() {
    const { run, page } = /** @type {LeadProps} */ (this.#props);
    if (this.#isOpen()) this.#socket?.send(JSON.stringify({ run, page, ...this.#more }));
  }

  /**
   * The newest move, at once or when the last one is long enough ago.
   * @param {ArrayBuffer} move
   */
  #show(move) {
    const isWaiting = this.#move !== null;
    this.#move = move;
    const wait = this.#sent + GAP - performance.now();
    if (wait <= 0) this.#send(); // not when the timer comes: on a busy machine that is late
    else if (!isWaiting) this.#timer = setTimeout(() => this.#send(), wait);
  }

  #send() {
    clearTimeout(this.#timer);
    if (this.#move && this.#isOpen()) this.#socket?.send(this.#move);
    this.#move = null;
    this.#sent = performance.now();
  }

  #isOpen() {
    return this.#socket?.readyState === 1;
  }

  /** @param {string} text */
  #say(text) {
    this.#text = text;
    for (const watcher of this.#watchers) watcher(text);
  }
}

export const presenter = new Presenter();
