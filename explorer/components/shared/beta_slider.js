// β as a slider, for models that are conditioned on it.

import { Animation, pingPong } from "./animation.js";
import { betaText, stepAt } from "./beta.js";
import { iconButton } from "./controls.js";
import { h } from "./dom.js";
import { number } from "./numbers.js";

const PERIOD = 8; // seconds from one end to the other and back

/**
 * @typedef {object} BetaSlider
 * @property {HTMLElement} element
 * @property {number} step
 * @property {(step: number) => void} set
 * @property {() => void} stop
 */

/**
 * @param {import("./beta.js").Curve} curve
 * @param {number} start the step where it stands first
 * @param {(step: number, time: number) => void} moved called at each step
 * @param {(step: number) => void} settled called when it comes to rest
 * @returns {BetaSlider}
 */
export function betaSlider(curve, start, moved, settled) {
  const steps = curve.betas.length;
  const animation = new Animation();
  const value = h("output", { class: "value" });
  const reading = h("span", { class: "reading" });
  const slider = h("input", {
    type: "range",
    class: "beta-slider",
    min: 0,
    max: steps - 1,
    step: 1,
    "aria-label": "β",
    oninput: (event) => {
      stop();
      go(slider.valueAsNumber, event.timeStamp);
    },
    onchange: () => {
      settled(control.step);
    },
  });
  const button = iconButton("▶", "Animate β", () => (animation.running ? rest() : play()));
  const ends = h("div", { class: "ends" }, betaText(curve.betas[0]), reading, betaText(curve.betas[steps - 1]));
  const element = h(
    "div",
    { class: "beta" },
    h("span", { class: "name" }, "β", value, button),
    h("div", {}, slider, ends),
  );
  /** @type {BetaSlider} */
  const control = { element, step: start, set, stop };

  /** @param {number} step */
  function set(step) {
    control.step = step;
    slider.value = `${step}`;
    const beta = betaText(curve.betas[step]);
    value.textContent = beta;
    slider.setAttribute("aria-valuetext", `β = ${beta}`);
    reading.textContent = `rate ${number(curve.rate[step], 1)} · distortion ${number(curve.distortion[step], 1)} nats`;
  }

  /**
   * @param {number} step
   * @param {number} time
   */
  function go(step, time) {
    if (step === control.step) return;
    set(step);
    moved(step, time);
  }

  function play() {
    const begun = (control.step / (steps - 1) / 2) * PERIOD; // pingPong rises for the first half
    button.textContent = "⏸";
    animation.start((seconds, now) => go(stepAt(pingPong(seconds + begun, PERIOD), steps), now));
  }

  function stop() {
    animation.stop();
    button.textContent = "▶";
  }

  function rest() {
    stop();
    settled(control.step);
  }

  set(start);
  return control;
}
