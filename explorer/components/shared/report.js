// State that Python should have, sent again until a run of the script shows it: Streamlit drops what is sent while it
// is disconnected.

const FIRST = 2000; // milliseconds until it is sent again, then twice as long each time
const TRIES = 5;
const LOST = '[data-testid="stApp"]:not([data-test-connection-state="CONNECTED"])'; // Streamlit's page without its server

/** @typedef {{value: unknown, before: string, tries: number, timer?: ReturnType<typeof setTimeout>}} Pending */

/**
 * @template Data
 * @typedef {import("./component.js").Component<Data>} Component
 */

/** @template Data */
export class Report {
  /** @type {Map<string, Pending>} */
  #pending = new Map();
  #component;
  #known;

  /**
   * @param {Component<Data>} component
   * @param {(data: Data, name: string) => unknown} [known] what the props show of the state `name`: a prop of that name
   */
  constructor(component, known = (data, name) => data[/** @type {keyof Data} */ (name)]) {
    this.#component = component;
    this.#known = known;
  }

  /**
   * Set a state of the component in Python.
   * @param {string} name
   * @param {unknown} value
   */
  setValue(name, value) {
    clearTimeout(this.#pending.get(name)?.timer);
    const pending = { value, before: this.#shown(name), tries: 0 };
    this.#pending.set(name, pending);
    this.#send(name, pending);
  }

  /**
   * @param {string} name
   * @param {Pending} pending
   */
  #send(name, pending) {
    const { value, tries } = pending;
    if (globalThis.document?.querySelector(LOST)) {
      pending.timer = setTimeout(() => this.#send(name, pending), FIRST); // no try of it: the server may be gone for long
      return;
    }
    this.#component.setStateValue(name, { value, tries }); // an equal value would not be sent again
    pending.tries += 1;
    if (tries < TRIES) pending.timer = setTimeout(() => this.#send(name, pending), FIRST * 2 ** tries);
    else this.#pending.delete(name);
  }

  /** @param {string} name */
  #shown(name) {
    return JSON.stringify(this.#known(this.#component.data, name));
  }

  /** The run in view does not exist any more. */
  emitGone() {
    this.#component.setTriggerValue("gone", true);
  }

  /**
   * After a run of the script: states whose props have changed have arrived.
   * @param {Component<Data>} component
   */
  update(component) {
    this.#component = component;
    for (const [name, { before, timer }] of this.#pending) {
      if (this.#shown(name) === before) continue;
      clearTimeout(timer);
      this.#pending.delete(name);
    }
  }

  stop() {
    for (const { timer } of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
  }
}
