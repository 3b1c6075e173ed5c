// Lead: what a presenter sees is what everyone on /show sees. One line on how many follow; nothing while nobody leads.

import { h } from "../shared/dom.js";
import { presenter } from "./presenter.js";

/** @typedef {{on: boolean, run: string, page: string, address: string, token: string}} LeadProps address: of the socket */

/**
 * @param {import("../shared/component.js").Component<LeadProps>} component
 * @returns {import("../shared/component.js").View<LeadProps>}
 */
export function mount({ data, parentElement }) {
  const words = h("span");
  const element = h("div", { class: "betascope lead", role: "status", hidden: true }, words);
  const unwatch = presenter.watch((text) => {
    element.hidden = !text;
    words.textContent = text;
  });
  parentElement.append(element);
  presenter.update(data);
  return {
    update: (component) => presenter.update(component.data),
    destroy() {
      unwatch();
      element.remove();
    },
  };
}
