// Stage mode and the tour that plays: keys, a bar, an overlay. Python hears of the view and the mode, which are in the link.

import { ROOT } from "../shared/addresses.js";
import { h } from "../shared/dom.js";
import { Report } from "../shared/report.js";
import { onRequest } from "../shared/requests.js";
import { Bar } from "./bar.js";
import { buttons, isSlider, playRow, sliders, typesInto } from "./found.js";
import { Glossary } from "../shared/words/matches.js";
import { Hint } from "../shared/words/hint.js";
import { FirstSteps } from "./first_steps.js";
import { Help } from "./help.js";
import { actionOf, letters } from "./keys.js";
import { black, endBlack, fillScreen, setScreen } from "./screen.js";

/**
 * @typedef {object} StageProps
 * @property {boolean} stage stage mode is on
 * @property {string} tour its text in the link, "" without one
 * @property {string} title of the tour
 * @property {string[]} captions of its views
 * @property {number} n the view that is shown, from 1; 0 while none plays
 * @property {string} page in view, by name
 * @property {string} about page and run
 */

/**
 * @param {import("../shared/component.js").Component<StageProps>} component
 * @returns {import("../shared/component.js").View<StageProps>}
 */
export function mount(component) {
  let { data } = component;
  const report = new Report(component);
  /** What was requested here and is not in the props yet. @type {{stage?: boolean, n?: number}} */
  const wanted = {};
  const glossary = readGlossary();
  const help = new Help(glossary);
  const bar = new Bar({ go, toggle, help: () => help.toggle() });
  const first = new FirstSteps(data.page);
  const element = h("div", { class: "betascope on-stage" }, bar.element, help.element, first.element);
  /** @type {Hint | null} */
  let hint = null;
  const root = document.documentElement;
  const sized = new ResizeObserver(() => root.style.setProperty("--stage-bar", `${bar.element.offsetHeight}px`));

  const stage = () => wanted.stage ?? data.stage;
  const number = () => wanted.n ?? data.n;

  function show() {
    setScreen(stage());
    bar.show(data, number(), stage());
  }

  /**
   * A press has a number of its own: an equal value would not be sent again.
   * @param {"stage" | "n"} name
   * @param {boolean | number} value
   */
  function set(name, value) {
    Object.assign(wanted, { [name]: value });
    report.setValue(name, { to: value, press: Math.round(performance.now()) });
    show();
  }

  function toggle() {
    const on = !stage();
    fillScreen(on);
    set("stage", on);
  }

  /** @param {number} to */
  function go(to) {
    if (to > data.captions.length || to === number() || (to < 1 && number() === 1 && to !== 0)) return;
    set("n", to);
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    const [target] = event.composedPath();
    const situation = { stage: stage(), tour: number() > 0, types: typesInto(target), slides: isSlider(target) };
    const action = actionOf(event, situation);
    if (!action && help.isOpen) return;
    if (action && act(action, target)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }

  /**
   * @param {import("./keys.js").Action} action
   * @param {EventTarget} target
   * @returns {boolean} whether it did anything
   */
  function act({ name, key = "" }, target) {
    if (endBlack() && ["black", "close"].includes(name)) return true;
    if (help.isOpen && name !== "next" && name !== "back") {
      help.close();
      if (name === "help" || name === "close") return true;
    }
    if (name === "stage") toggle();
    else if (name === "help") help.toggle();
    else if (name === "keep") keep();
    else if (name === "black") black();
    else if (name === "play") playRow(target);
    else if (name === "next") go(Math.min(number() + 1, data.captions.length));
    else if (name === "back") go(Math.max(number() - 1, 1));
    else if (name === "slider") return focus(sliders()[(Number(key) + 9) % 10]);
    else if (name === "letter") return press(key);
    else if (stage()) toggle();
    else return false;
    return true;
  }

  /** @param {string} letter */
  function press(letter) {
    const found = buttons();
    const index = letters(found.map(({ label }) => label)).get(letter);
    if (index === undefined) return false;
    found[index].element.click();
    return true;
  }

  /** @param {HTMLElement | undefined} slider */
  function focus(slider) {
    slider?.focus();
    return slider !== undefined;
  }

  function keep() {
    component.setTriggerValue("keep", true);
  }

  const stops = [onRequest("stage", toggle), onRequest("keep", keep), onRequest("help", () => help.toggle())];
  window.addEventListener("keydown", key, { capture: true });
  component.parentElement.append(element);
  sized.observe(bar.element);
  show();
  element.dataset.ready = "true";
  glossary.then((words) => {
    if (!element.isConnected) return;
    hint = new Hint(words);
    element.append(hint.element);
    hint.read();
  });

  return {
    update(fresh) {
      component = fresh;
      report.update(fresh);
      if (fresh.data.tour !== data.tour) delete wanted.n;
      data = fresh.data;
      if (wanted.n === data.n) delete wanted.n;
      if (wanted.stage === data.stage) delete wanted.stage;
      show();
      hint?.read();
      first.go(data.page);
    },
    destroy() {
      hint?.stop();
      first.stop();
      window.removeEventListener("keydown", key, { capture: true });
      for (const stop of stops) stop();
      sized.disconnect();
      report.stop();
      element.remove();
    },
  };
}

/** @returns {Promise<Glossary>} */
async function readGlossary() {
  const response = await fetch(new URL("glossary", ROOT));
  if (!response.ok) throw new Error(`The glossary could not be read: ${response.status}`);
  return new Glossary(await response.json());
}
