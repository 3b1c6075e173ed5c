// The class that a conditional model draws; hidden for all other models.

import { h } from "../shared/dom.js";

export class ClassField {
  #select = h("select");

  /**
   * @param {import("../shared/connection.js").Connection} connection
   * @param {string[] | undefined} names of the classes
   * @param {{changed: () => void, chosen: () => void}} handlers `changed`: the connection has another class; `chosen`:
   *   and a person chose it
   */
  constructor(connection, names, { changed, chosen }) {
    this.connection = connection;
    this.changed = changed;
    this.element = h("label", { class: "classes", hidden: true }, "Class ", this.#select);
    this.#select.addEventListener("change", () => {
      this.set(Number(this.#select.value));
      chosen();
    });
    this.stop = connection.watch((state, info) => {
      if (state.name !== "open" || !info?.classes || this.isShown) return;
      for (let label = 0; label < info.classes; label++)
        this.#select.append(h("option", { value: `${label}` }, names?.[label] ?? `${label}`));
      this.element.hidden = false;
      this.set(connection.condition);
    });
  }

  /** Whether the model is conditional. */
  get isShown() {
    return !this.element.hidden;
  }

  /** @param {number} label */
  set(label) {
    this.connection.condition = label;
    this.#select.value = `${label}`;
    this.changed();
  }
}
