// Technical words have a dotted line; a pointer that rests on one, or a tap, shows what it means.

import { hide, showBeside } from "../beside.js";
import { h } from "../dom.js";
import { UNMARKED, wordsOnPage } from "./on_page.js";

/** @typedef {import("./matches.js").Word} Word */

const REST = 250; // milliseconds that the pointer rests on a word
const READ = 2000; // milliseconds between two looks at what the page says; changes inside components are seen by no observer
const GAP = 6; // pixels between a word and its meaning
const PRESSED = "a, button, input, label, summary, [role=button], [role=slider], [role=tab], [role=radio]";

export class Hint {
  element = h("div", { class: "hint", role: "tooltip", popover: "manual" });
  /** @type {Map<Word, Range>} */
  #places = new Map();
  #rest = 0;
  #isPressed = false;
  #reading = window.setInterval(() => this.#isPressed || idle(() => this.read()), READ);

  /** @param {import("./matches.js").Glossary} glossary */
  constructor(glossary) {
    this.glossary = glossary;
    document.addEventListener("pointermove", this.#moved, { passive: true });
    document.addEventListener("click", this.#tapped);
    document.addEventListener("scroll", this.#hide, { capture: true, passive: true });
  }

  /** Find the words that the page has now. */
  read() {
    this.#places = wordsOnPage(this.glossary, UNMARKED);
    globalThis.CSS?.highlights?.set("glossary", new Highlight(...this.#places.values()));
  }

  stop() {
    clearInterval(this.#reading);
    clearTimeout(this.#rest);
    document.removeEventListener("pointermove", this.#moved);
    document.removeEventListener("click", this.#tapped);
    document.removeEventListener("scroll", this.#hide, { capture: true });
    globalThis.CSS?.highlights?.delete("glossary");
  }

  /** @param {PointerEvent} event */
  #moved = ({ clientX, clientY, buttons, pointerType }) => {
    clearTimeout(this.#rest);
    this.#isPressed = buttons > 0;
    if (pointerType === "touch") return;
    if (this.element.matches(":popover-open") && (this.#isPressed || !this.#showAt(clientX, clientY, true))) this.#hide();
    if (!this.#isPressed) this.#rest = window.setTimeout(() => this.#showAt(clientX, clientY), REST);
  };

  /** @param {MouseEvent} event */
  #tapped = (event) => {
    const [target] = event.composedPath();
    if (target instanceof Element && target.closest(PRESSED)) this.#hide();
    else if (!this.#showAt(event.clientX, event.clientY)) this.#hide();
  };

  #hide = () => hide(this.element);

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
    showBeside(this.element, box, GAP);
  }
}

/** @param {() => void} work for when the page has nothing else to do */
function idle(work) {
  if ("requestIdleCallback" in window) requestIdleCallback(work);
  else setTimeout(work);
}
