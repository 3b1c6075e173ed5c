// Collapse and its cures: four trainings of one model side by side, at the same step of each.

import { Animation } from "../shared/animation.js";
import { countPaint } from "../shared/canvas.js";
import { Cleanup } from "../shared/component.js";
import { iconButton } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { formula } from "../shared/learn/gaussian.js";
import { steadyView } from "../shared/learn/view.js";
import { number } from "../shared/numbers.js";
import { Report } from "../shared/report.js";
import { fetchBytes } from "../shared/server.js";
import { paintStrip, stripCanvas } from "../shared/strip.js";
import { rateBars } from "./rate_bars.js";

const SECONDS = 8; // from the first step to the last

/**
 * @typedef {object} Training
 * @property {string} run
 * @property {string} title what keeps it from collapsing
 * @property {string} caption
 * @property {number[]} beta the weight of the rate at each moment
 * @property {number[]} distortion in nats, at each moment
 * @property {number[][]} rates moments · D, in nats
 */

/**
 * @typedef {object} CollapseProps
 * @property {Training[]} trainings
 * @property {number[]} steps of the moments
 * @property {number[]} rows of the test images
 * @property {import("../shared/component.js").Shape} shape
 */

/**
 * @param {import("../shared/component.js").Component<CollapseProps>} component
 * @returns {import("../shared/component.js").View<CollapseProps>}
 */
export function mount(component) {
  const { trainings, steps, rows, shape } = component.data;
  const last = steps.length - 1;
  const cleanup = new Cleanup();
  const report = new Report(component);
  const animation = new Animation();
  const largest = Math.max(...trainings.flatMap(({ rates }) => rates.slice(1).flat()));
  const views = trainings.map((training) => column(training, rows, shape, largest));
  const play = iconButton("▶", "Play the trainings", () => (animation.running ? stop() : start()));
  const slider = h("input", { type: "range", min: 0, max: last, step: 1, value: `${last}`, class: "dial", "aria-label": "Training time" });
  const value = h("output", {});
  const element = h(
    "div",
    { class: "betascope learn collapse" },
    h("div", { class: "when" }, play, "training time", slider, value),
    h("div", { class: "columns" }, ...views.map((view) => view.element)),
  );
  component.parentElement.append(element);

  /** @param {number} at */
  function show(at) {
    slider.value = `${at}`;
    value.textContent = `step ${steps[at].toLocaleString("en")} of ${steps[last].toLocaleString("en")}`;
    element.dataset.step = `${steps[at]}`;
    for (const view of views) view.show(at);
  }

  function start() {
    play.textContent = "⏸";
    const begin = slider.valueAsNumber === last ? 0 : slider.valueAsNumber;
    animation.start((seconds) => {
      const at = Math.min(last, Math.floor(begin + (seconds / SECONDS) * last));
      if (at !== slider.valueAsNumber) show(at);
      if (at === last) stop();
    });
  }

  function stop() {
    animation.stop();
    play.textContent = "▶";
  }

  async function load() {
    await Promise.all(views.map((view) => view.load()));
    element.dataset.ready = "true";
    show(slider.valueAsNumber);
  }

  slider.addEventListener("input", () => {
    stop();
    show(slider.valueAsNumber);
  });
  cleanup.add(() => animation.stop());
  show(last);
  load();
  return steadyView(report, element, cleanup);
}

/**
 * One training: its images, the rate of each dimension, and what is minimised.
 * @param {Training} training
 * @param {number[]} rows
 * @param {import("../shared/component.js").Shape} shape
 * @param {number} largest nats of a dimension in any of the trainings
 */
function column({ run, title, caption, beta, distortion, rates }, rows, shape, largest) {
  const strip = stripCanvas(`Test images as ${title} decodes them`);
  strip.style.aspectRatio = `${rows.length} / 1`;
  const bars = rateBars(rates[0].length, largest);
  const text = formula(`${title}: what is minimised`, [
    ["β", "the weight of the rate at this step"],
    ["R", "rate: nats that the code costs"],
    ["D", "distortion: nats that the image costs once its code is known"],
    ["−ELBO = D + R", "nats that the image costs in all"],
  ]);
  const element = h("figure", {}, h("h3", {}, title), strip, bars.element, text.element, h("figcaption", {}, caption));
  /** @type {Uint8Array | null} moments · n · H · W · C */
  let film = null;
  return {
    element,
    /** @param {number} at */
    show(at) {
      const rate = rates[at].reduce((sum, nats) => sum + nats, 0);
      bars.show(rates[at]);
      const texts = { β: number(beta[at]), R: `${number(rate, 1)} nats`, D: `${number(distortion[at], 1)} nats` };
      text.set({ ...texts, "−ELBO = D + R": `${number(distortion[at] + rate, 1)} nats` });
      Object.assign(element.dataset, { rate: `${rate}`, beta: `${beta[at]}` });
      if (!film) return;
      const size = film.length / rates.length;
      paintStrip(strip, film.subarray(at * size, (at + 1) * size), shape, rows.length);
      countPaint(strip);
    },
    async load() {
      try {
        film = new Uint8Array(await fetchBytes(run, `/training?rows=${rows.join(",")}`));
      } catch (error) {
        console.info(`No images over the training: ${error}`);
      }
    },
  };
}
