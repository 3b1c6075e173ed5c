// The overlay with all keys: those of every page, and the letters of the buttons of this one.

import { h } from "../shared/dom.js";
import { buttons } from "./found.js";
import { KEYS, letters } from "./keys.js";

export class Help {
  #lists = h("div", { class: "lists" });
  element = h("dialog", { class: "help", "aria-label": "Keys" }, this.#lists);

  constructor() {
    this.element.addEventListener("click", () => this.close());
  }

  get isOpen() {
    return this.element.open;
  }

  toggle() {
    if (this.isOpen) {
      this.close();
      return;
    }
    const found = buttons();
    const here = [...letters(found.map(({ label }) => label))].map(([letter, index]) => row(letter.toUpperCase(), found[index].label));
    this.#lists.replaceChildren(
      section("Everywhere", KEYS.map(([keys, what]) => row(keys, what))),
      section("On this page, in stage mode", here),
    );
    this.element.showModal();
  }

  close() {
    this.element.close();
  }
}

/**
 * @param {string} title
 * @param {HTMLElement[]} rows
 */
function section(title, rows) {
  return h("section", { hidden: !rows.length }, h("h2", {}, title), h("dl", {}, ...rows));
}

/**
 * @param {string} keys
 * @param {string} what
 */
function row(keys, what) {
  return h("div", {}, h("dt", {}, h("kbd", {}, keys)), h("dd", {}, what));
}
