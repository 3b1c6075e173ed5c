// Two words in the sidebar: whether this browser decodes what is in view, or the server.

import { Connection } from "../shared/connection.js";
import { h } from "../shared/dom.js";

/**
 * @param {import("../shared/component.js").Component<unknown>} component
 * @returns {import("../shared/component.js").View<unknown>}
 */
export function mount({ parentElement }) {
  const words = h("span");
  const element = h("div", { class: "betascope decoding", role: "status", hidden: true }, words);
  const stop = Connection.observe((connections) => {
    element.hidden = !connections.length;
    const isLocal = connections.length > 0 && connections.every((connection) => connection.isLocal);
    element.dataset.place = isLocal ? "browser" : "server";
    words.textContent = isLocal ? "Browser decodes" : "Server decodes";
    words.title = isLocal
      ? "Images are decoded in this browser, without the server."
      : "Images are decoded by the server: the browser is not ready, or too slow for this model.";
  });
  parentElement.append(element);
  return {
    update() {},
    destroy() {
      stop();
      element.remove();
    },
  };
}
