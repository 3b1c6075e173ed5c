// What a component is given and gives back, and the connection to a run that each of them opens.

import { Connection } from "./connection.js";
import { statusLine } from "./status.js";

/**
 * What Streamlit hands to a module after each run of the script; `data` are the props from Python.
 * @template Data
 * @typedef {object} Component
 * @property {Data} data
 * @property {ParentNode} parentElement
 * @property {(name: string, value: unknown) => void} setStateValue
 * @property {(name: string, value: unknown) => void} setTriggerValue
 * @property {object} [owner] the component's identity on the bus, where its host listens to it
 */

/**
 * @template Data
 * @typedef {object} View
 * @property {(component: Component<Data>) => void} update
 * @property {() => void} destroy
 */

/** @typedef {[channels: number, height: number, width: number]} Shape */

/**
 * @typedef {object} RunProps
 * @property {string} run its id
 * @property {string} version a hash of its weights
 * @property {Shape} shape of its images
 */

/** What must end with a component, in the order in which it was added. */
export class Cleanup {
  /** @type {(() => unknown)[]} */
  #steps = [];

  /** @param {...(() => unknown)} steps */
  add(...steps) {
    this.#steps.push(...steps);
  }

  run() {
    for (const step of this.#steps.splice(0)) step();
  }
}

/**
 * Open the connection to a run, with the line that shows when it is lost; both end with `cleanup`.
 * @param {string} run
 * @param {number | null | undefined} condition a class or a β, for models that need one
 * @param {Cleanup} cleanup
 * @param {() => void} [gone] called when the run does not exist any more
 * @returns {{connection: Connection, status: HTMLElement}}
 */
export function connect(run, condition, cleanup, gone) {
  const connection = Connection.open(run, condition);
  const status = statusLine(connection, gone);
  cleanup.add(status.remove, () => connection.close());
  return { connection, status: status.element };
}
