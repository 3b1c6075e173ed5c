// The runs' numbers as a table.

import { h } from "../../components/shared/dom.js";

/**
 * @param {import("../../components/shared/component.js").Component<{columns: string[], rows: string[][], note: string}>} component
 * @returns {import("../../components/shared/component.js").View<unknown>}
 */
export function numbers({ data, parentElement }) {
  const head = h("tr", {}, ...data.columns.map((title) => h("th", { scope: "col" }, title)));
  const rows = data.rows.map(([name, ...cells]) =>
    h("tr", {}, h("th", { scope: "row" }, name), ...cells.map((text) => h("td", {}, text))),
  );
  const element = h(
    "div",
    { class: "betascope numbers", "data-ready": "true" },
    h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows)),
    h("p", { class: "caption" }, data.note),
  );
  parentElement.append(element);
  return {
    update() {},
    destroy: () => element.remove(),
  };
}
