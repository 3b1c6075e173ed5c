// The overlay: what the technical words on the page mean, the keys of every page, and the letters of the buttons of this one.

import { h } from "../shared/dom.js";
import { wordsOnPage } from "../shared/words/on_page.js";
import { buttons } from "./found.js";
import { KEYS, letters } from "./keys.js";

export class Help {
  #lists = h("div", { class: "lists" });
  element = h("dialog", { class: "help", "aria-label": "Words and keys" }, this.#lists);

  /** @param {Promise<import("../shared/words/matches.js").Glossary>} glossary */
  constructor(glossary) {
    this.glossary = glossary;
    this.element.addEventListener("click", () => this.close());
  }

  get isOpen() {
    return this.element.open;
  }

  async toggle() {
    if (this.isOpen) {
      this.close();
      return;
    }
    const words = [...wordsOnPage(await this.glossary).keys()];
    const found = buttons();
    const here = [...letters(found.map(({ label }) => label))].map(([letter, index]) => row(letter.toUpperCase(), found[index].label));
    this.#lists.replaceChildren(
      section("Words on this page", words.map(({ name, text }) => h("div", {}, h("dt", {}, h("b", {}, name)), h("dd", {}, text)))),
      section("Everywhere", KEYS.map(([keys, what]) => row(keys, what))),
      section("On this page, in stage mode", here),
    );
    if (!this.isOpen) this.element.showModal();
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
