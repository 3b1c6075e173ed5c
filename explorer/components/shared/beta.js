// β as a slider, for models that are told it: the control, and the codes of images all along it.

import { addressOf } from "./live.js";
import { h, number, pingPong, play } from "./dom.js";

const PERIOD = 8; // seconds from one end to the other and back

/** The code of each test image of `rows` at each β of the slider: Float32Array of rows · steps · D. */
export async function codesAlong(run, version, rows) {
  const answer = await fetch(addressOf(run, `/along?rows=${rows.join(",")}&v=${version}`));
  if (!answer.ok) throw new Error((await answer.text()) || `${answer.status} along`);
  return new Float32Array(await answer.arrayBuffer());
}

export function betaText(beta) {
  return `${Number(beta.toPrecision(3))}`;
}

/**
 * curve: {betas, rate, distortion} of the same length; at: where the slider starts.
 * moved(step, asked) at each step; settled(step) when it comes to rest. → {element, step, set(step), stop()}
 */
export function betaSlider(curve, at, moved, settled) {
  const last = curve.betas.length - 1;
  let stopPlaying = null;
  const value = h("output", { class: "value" });
  const words = h("span", { class: "reading" });
  const slider = h("input", {
    type: "range",
    class: "beta-slider",
    min: 0,
    max: last,
    step: 1,
    "aria-label": "β",
    oninput: (event) => {
      stop();
      go(slider.valueAsNumber, event.timeStamp);
    },
    onchange: () => settled(found.step),
  });
  const button = h(
    "button",
    { type: "button", class: "icon", "aria-label": "Animate β", onclick: () => (stopPlaying ? stop(true) : start()) },
    "▶",
  );
  const element = h(
    "div",
    { class: "beta" },
    h("span", { class: "name" }, "β", value, button),
    h("div", {}, slider, h("div", { class: "ends" }, betaText(curve.betas[0]), words, betaText(curve.betas[last]))),
  );
  const found = { element, step: at, set, stop };

  function set(step) {
    found.step = step;
    slider.value = step;
    const [beta, rate, distortion] = [curve.betas[step], curve.rate[step], curve.distortion[step]];
    value.textContent = betaText(beta);
    slider.setAttribute("aria-valuetext", `β = ${betaText(beta)}`);
    words.textContent = `rate ${number(rate, 1)} · distortion ${number(distortion, 1)} nats`;
  }

  function go(step, asked) {
    if (step === found.step) return;
    set(step);
    moved(step, asked);
  }

  function start() {
    const from = found.step / last / 2; // pingPong rises for the first half
    button.textContent = "⏸";
    stopPlaying = play((seconds, now) => go(Math.round(last * pingPong(seconds + from * PERIOD, PERIOD)), now));
  }

  function stop(tell = false) {
    stopPlaying?.();
    if (stopPlaying && tell) settled(found.step);
    stopPlaying = null;
    button.textContent = "▶";
  }

  set(at);
  return found;
}
