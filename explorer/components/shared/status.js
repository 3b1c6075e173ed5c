// The line that shows when the connection is lost or the run does not exist any more; hidden otherwise.

import { h } from "./dom.js";

/**
 * @param {import("./connection.js").Connection} connection
 * @param {() => void} [gone]
 * @returns {{element: HTMLElement, remove: () => void}}
 */
export function statusLine(connection, gone = () => {}) {
  const element = h("div", { class: "status", role: "status" });
  const remove = connection.watch((state) => {
    // A first connection takes a few milliseconds: not worth a message.
    element.hidden = state.name === "open" || state.name === "connecting";
    element.dataset.state = state.name;
    element.textContent = state.message;
    if (state.name === "gone") gone();
  });
  return { element, remove };
}
