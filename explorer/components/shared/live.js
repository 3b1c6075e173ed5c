// The socket to a run: asks for the newest only, a few requests in flight, reconnects and goes on.

export const ROOT = new URL("../../../", import.meta.url);

/** Address of something the server keeps for a run. */
export function addressOf(run, rest) {
  return new URL(`live/${run.split("/").map(encodeURIComponent).join("/")}${rest}`, ROOT).href;
}

const GONE = 4404;
const shared = new Map();

/**
 * What a component wants decoded, pulled when there is room: newer wishes replace older ones by themselves.
 * pull() → {codes: Float32Array of n · D, done(pixels), lost()} or null; `limit` of them in flight.
 */
export class Live {
  /**
   * One socket per run, shared by all components on the page; `close()` it as often as it was opened.
   * `condition`: the class or β to draw under, where the model is told one.
   */
  static open(run, condition) {
    const found = shared.get(run) ?? new Live(run);
    if (condition != null) found.condition = condition;
    shared.set(run, found);
    found.users += 1;
    return found;
  }

  constructor(run) {
    this.run = run;
    this.users = 0;
    this.sources = new Set();
    this.watchers = new Set();
    this.waiting = new Map();
    this.sequence = 0;
    this.condition = -1; // a class, or a β
    this.hello = null;
    this.state = { name: "connecting", words: "Connecting …" };
    this.failures = 0;
    this.connect();
  }

  close() {
    this.users -= 1;
    if (this.users > 0) return;
    shared.delete(this.run);
    clearTimeout(this.timer);
    this.closed = true;
    this.socket?.close();
  }

  /** `changed(state, hello)` now and at each change; state.name is connecting, open, lost or gone. */
  watch(changed) {
    this.watchers.add(changed);
    changed(this.state, this.hello);
    return () => this.watchers.delete(changed);
  }

  add(source) {
    source.flying = 0;
    this.sources.add(source);
    return () => this.sources.delete(source);
  }

  /** Something new is wanted. */
  wake() {
    if (this.state.name !== "open") return;
    for (const source of this.sources) {
      while (source.flying < source.limit) {
        const request = source.pull();
        if (!request) break;
        this.send(source, request);
      }
    }
  }

  send(source, request) {
    const number = (this.sequence = (this.sequence + 1) >>> 0);
    const frame = new ArrayBuffer(8 + 4 * request.codes.length);
    const header = new DataView(frame);
    header.setUint32(0, number, true);
    header.setFloat32(4, this.condition, true);
    new Float32Array(frame, 8).set(request.codes);
    source.flying += 1;
    this.waiting.set(number, { source, request });
    this.socket.send(frame);
  }

  connect() {
    const address = addressOf(this.run, "").replace(/^http/, "ws");
    const socket = (this.socket = new WebSocket(address));
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => this.received(event.data);
    socket.onclose = (event) => {
      if (!this.closed && this.socket === socket) this.broken(event.code);
    };
  }

  received(data) {
    if (typeof data === "string") {
      const said = JSON.parse(data);
      if (said.error) return (this.reason = said.error);
      this.hello = said;
      if (said.classes && this.condition < 0) this.condition = 0; // a conditional model decodes nothing without a class
      this.failures = 0;
      this.reason = "";
      this.tell("open", "");
      return this.wake();
    }
    const number = new DataView(data).getUint32(0, true);
    const found = this.waiting.get(number);
    if (!found) return;
    this.waiting.delete(number);
    found.source.flying -= 1;
    // The next question leaves before this answer is painted.
    this.wake();
    found.request.done(new Uint8Array(data, 4));
    this.wake();
  }

  broken(code) {
    const lost = [...this.waiting.values()];
    this.waiting.clear();
    for (const { source, request } of lost) {
      source.flying = 0;
      request.lost?.();
    }
    if (code === GONE) return this.tell("gone", this.reason || "This run is not there any more.");
    this.failures += 1;
    this.tell("lost", this.reason || "The server does not answer; trying again …");
    const pause = Math.min(3000, 200 * 2 ** Math.min(this.failures, 4));
    this.timer = setTimeout(() => this.connect(), pause);
  }

  tell(name, words) {
    this.state = { name, words };
    for (const changed of this.watchers) changed(this.state, this.hello);
  }
}

/** A source that keeps one code decoded: `show(z, asked)`; `painted(pixels, asked)` for each answer. */
export function single(live, painted) {
  let wanted = null;
  const source = {
    limit: 1,
    pull() {
      if (!wanted) return null;
      const { z, asked } = wanted;
      wanted = null;
      return {
        codes: Float32Array.from(z),
        done: (pixels) => painted(pixels, asked, z),
        lost: () => (wanted ??= { z, asked }),
      };
    },
  };
  const remove = live.add(source);
  return {
    remove,
    show(z, asked = performance.now()) {
      wanted = { z: Float64Array.from(z), asked };
      live.wake();
    },
  };
}

/** Tell whoever measures that a frame is on the screen, and when it was asked for. */
export function announce(canvas, asked) {
  requestAnimationFrame((now) =>
    canvas.dispatchEvent(new CustomEvent("painted", { detail: { asked, now }, bubbles: true, composed: true })),
  );
}

/** A line that tells when the connection is lost or the run is gone, and is hidden otherwise. */
export function statusLine(live, gone = () => {}) {
  const element = document.createElement("div");
  element.className = "status";
  element.setAttribute("role", "status");
  const stop = live.watch((state) => {
    // A first connection takes a few milliseconds: no word about it.
    element.hidden = state.name === "open" || state.name === "connecting";
    element.dataset.state = state.name;
    element.textContent = state.words;
    if (state.name === "gone") gone();
  });
  return { element, stop };
}
