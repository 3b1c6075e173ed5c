// Technical words have a dotted line; a pointer that rests on one, or a tap, shows what it means.

import { h } from "../dom.js";
import { UNMARKED, wordsOnPage } from "./on_page.js";

/** @typedef {import("./matches.js").Word} Word */

const REST = 250; // milliseconds that the pointer rests on a word
const QUIET = 500; // milliseconds without a change of the page before it is read
const PRESSED = "a, button, input, label, summary, [role=button], [role=slider], [role=tab], [role=radio]";

export class Hint {
  element = h("div", { class: "hint", role: "tooltip", popover: "manual" });
  /** @type {Map<Word, Range>} */
  #places = new Map();
  #rest = 0;
  #read = 0;
  #changes = new MutationObserver(() => this.read());

  /** @param {import("./matches.js").Glossary} glossary */
  constructor(glossary) {
    this.glossary = glossary;
    document.addEventListener("pointermove", this.#moved, { passive: true });
    document.addEventListener("click", this.#tapped);
    document.addEventListener("scroll", this.#hide, { capture: true, passive: true });
    this.#changes.observe(document.body, { childList: true, subtree: true });
  }

  /** Read the page, once it is quiet. */
  read() {
    clearTimeout(this.#read);
    this.#read = window.setTimeout(() => {
      this.#places = wordsOnPage(this.glossary, UNMARKED);
      globalThis.CSS?.highlights?.set("glossary", new Highlight(...this.#places.values()));
    }, QUIET);
  }

  stop() {
    clearTimeout(this.#read);
    clearTimeout(this.#rest);
    this.#changes.disconnect();
    document.removeEventListener("pointermove", this.#moved);
    document.removeEventListener("click", this.#tapped);
    document.removeEventListener("scroll", this.#hide, { capture: true });
    globalThis.CSS?.highlights?.delete("glossary");
  }

  /** @param {PointerEvent} event */
  #moved = ({ clientX, clientY, buttons, pointerType }) => {
    clearTimeout(this.#rest);
    if (pointerType === "touch") return;
    if (buttons || !this.#showAt(clientX, clientY, true)) this.#hide();
    if (!buttons) this.#rest = window.setTimeout(() => this.#showAt(clientX, clientY), REST);
  };

  /** @param {MouseEvent} event */
  #tapped = (event) => {
    const [target] = event.composedPath();
    if (target instanceof Element && target.closest(PRESSED)) this.#hide();
    else if (!this.#showAt(event.clientX, event.clientY)) this.#hide();
  };

  #hide = () => {
    if (this.element.matches(":popover-open")) this.element.hidePopover();
  };

  /**
   * @param {number} x
   * @param {number} y
   * @param {boolean} [onlyCheck] whether nothing is shown
   * @returns {boolean} whether a word is there
   */
  #showAt(x, y, onlyCheck = false) {
    for (const [{ name, text }, range] of this.#places) {
      for (const box of range.getClientRects()) {
        if (x < box.left || x > box.right || y < box.top || y > box.bottom) continue;
        if (!onlyCheck) this.#show(name, text, box);
        return true;
      }
    }
    return false;
  }

  /**
   * @param {string} name
   * @param {string} text
   * @param {DOMRect} box of the word
   */
  #show(name, text, box) {
    this.element.replaceChildren(h("b", {}, name), ` ${text}`);
    if (!this.element.matches(":popover-open")) this.element.showPopover();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const below = box.bottom + 6 + height < innerHeight;
    this.element.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
    this.element.style.top = `${below ? box.bottom + 6 : Math.max(8, box.top - height - 6)}px`;
  }
}
