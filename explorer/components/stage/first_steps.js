// A first visit: three pointers, one after the other, each until it is followed, and never again.

import { hide, showBeside } from "../shared/beside.js";
import { button } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { sliders } from "./found.js";

const KEY = "betascope.first-steps";
const LOOK = 250; // milliseconds between two looks at where things are
const AFTER = 1500; // milliseconds from the first drag to the next pointer
const SLIDER = ".traversal .row .slider";
const GAP = 12; // pixels between a pointer and what it points at

/** @typedef {{on: string | null, text: string, place: () => Element | null | undefined}} Step on: the page, null for any */

/** @type {Step[]} */
const STEPS = [
  {
    on: "home",
    text: "Pick a model. This one is a good first.",
    place: () => document.querySelector(".st-key-card-featured button[kind=primary], .st-key-card-featured [data-testid=stBaseButton-primary]"),
  },
  { on: "traverse", text: "Drag a slider, and the image follows.", place: () => sliders().find((element) => element.matches(SLIDER)) },
  {
    on: null,
    text: "Look at the map: every test image is a point, where its code lies.",
    place: () => mapLink() ?? document.querySelector("[data-testid=stExpandSidebarButton]"),
  },
];

export class FirstSteps {
  #text = h("span", {});
  element = h("div", { class: "pointer", popover: "manual", role: "status" }, this.#text, button("Skip", () => this.#end(), "Show no tips"));
  #step = stored();
  #page = "";
  #timer = 0;
  #next = 0;

  /** @param {string} page in view, by name */
  constructor(page) {
    if (navigator.webdriver && this.#step === 0) this.#end(); // a program that drives the browser needs no tips, unless it asks for them
    if (this.#step > STEPS.length) return;
    document.addEventListener("input", this.#dragged, { capture: true });
    this.#timer = window.setInterval(() => this.#look(), LOOK);
    this.go(page);
  }

  /** @param {string} page */
  go(page) {
    if (this.#step > STEPS.length) return;
    this.#page = page;
    if (this.#step === 1 && page === "traverse") this.#set(2);
    if (this.#step === 3 && page === "map") this.#end();
    else this.#look();
  }

  stop() {
    clearInterval(this.#timer);
    clearTimeout(this.#next);
    document.removeEventListener("input", this.#dragged, { capture: true });
  }

  /** @param {number} step */
  #set(step) {
    if (step === this.#step) return;
    this.#step = step;
    localStorage.setItem(KEY, `${step}`);
  }

  #end() {
    this.#set(STEPS.length + 1);
    hide(this.element);
    this.stop();
  }

  /** @param {Event} event */
  #dragged = (event) => {
    const [target] = event.composedPath();
    if (this.#step !== 2 || this.#next || !(target instanceof Element && target.matches(SLIDER))) return;
    this.#next = window.setTimeout(() => {
      if (this.#step === 2) this.#set(3);
      this.#look();
    }, AFTER);
  };

  #look() {
    const tip = STEPS[Math.max(1, this.#step) - 1];
    const isBusy = document.documentElement.hasAttribute("data-stage") || new URLSearchParams(location.search).has("tour");
    const box = !isBusy && (tip.on ?? this.#page) === this.#page ? tip.place()?.getBoundingClientRect() : null;
    const isSeen = box && box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    if (!isSeen || !this.element.isConnected) return hide(this.element);
    this.#set(Math.max(1, this.#step));
    const text = `${this.#step} of ${STEPS.length} · ${tip.text}`;
    if (this.#text.textContent !== text) this.#text.textContent = text;
    showBeside(this.element, box, GAP);
  }
}

/** @returns {Element | null} only while the sidebar is open */
function mapLink() {
  const link = document.querySelector('[data-testid=stSidebarNavLink][href$="/map"]');
  return link && link.getBoundingClientRect().left >= 0 && link.checkVisibility({ visibilityProperty: true }) ? link : null;
}

/** @returns {number} the step that is next, from 1; 0 before the first visit */
function stored() {
  try {
    return Number(localStorage.getItem(KEY)) || 0;
  } catch (error) {
    console.info(`This browser remembers nothing, so there are no tips: ${error}`);
    return STEPS.length + 1;
  }
}
