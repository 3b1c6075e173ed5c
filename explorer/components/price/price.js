// The price of a nat: β under the thumb, the point on its rate–distortion curve, and the dimensions that fall silent.

import { codesAtStep } from "../shared/beta.js";
import { betaSlider } from "../shared/beta_slider.js";
import { Cleanup, connect } from "../shared/component.js";
import { h } from "../shared/dom.js";
import { formula, normal } from "../shared/learn/gaussian.js";
import { steadyView } from "../shared/learn/view.js";
import { number } from "../shared/numbers.js";
import { Plane } from "../shared/rate_plane.js";
import { Report } from "../shared/report.js";
import { fetchCodesAlong } from "../shared/server.js";
import { liveStrip, stripCanvas } from "../shared/strip.js";
import { silence } from "../shared/learn/silence.js";

const DRAWS = 8;

/**
 * @typedef {object} PriceFields
 * @property {number[]} rows of the test images
 * @property {number} at the step in view
 * @property {import("../shared/beta.js").Curve & {per_dim: number[][]}} curve
 */

/** @typedef {import("../shared/component.js").RunProps & PriceFields} PriceProps */

/**
 * @param {import("../shared/component.js").Component<PriceProps>} component
 * @returns {import("../shared/component.js").View<PriceProps>}
 */
export function mount(component) {
  const { data } = component;
  const { run, version, shape, curve, rows } = data;
  const steps = curve.betas.length;
  const dims = curve.per_dim[0].length;
  const cleanup = new Cleanup();
  const report = new Report(component);
  const { connection, status } = connect(run, curve.betas[data.at], cleanup, () => report.emitGone());
  const images = stripCanvas("Test images at this β");
  const samples = stripCanvas("Images of eight places drawn from the prior, the same for every β");
  images.style.aspectRatio = `${rows.length} / 1`;
  samples.style.aspectRatio = `${DRAWS} / 1`;
  const plane = new Plane(curve, []);
  const noise = Float32Array.from({ length: DRAWS * dims }, () => normal());
  const text = formula("What is minimised", [
    ["D", "distortion: nats that the image costs once its code is known"],
    ["R", "rate: nats that the code costs"],
    ["−ELBO = D + R", "nats that the image costs in all: an upper bound of −log p(x)"],
    ["D + β · R", "what training minimises"],
  ]);
  const bars = silence(curve.betas, curve.per_dim);
  const control = betaSlider(curve, data.at, show, (step) => report.setValue("beta", curve.betas[step]));
  /** @type {Float32Array | null} n · steps · D */
  let codes = null;
  let before = data.at;
  cleanup.add(control.stop);

  /**
   * @param {HTMLCanvasElement} strip
   * @param {number} count
   * @param {(step: number) => Float32Array | null} codesOf
   */
  function follow(strip, count, codesOf) {
    const { again, remove } = liveStrip(connection, strip, shape, () => {
      const codes = codesOf(control.step);
      const beta = curve.betas[control.step];
      connection.condition = beta;
      return codes && { codes, count, painted: () => (strip.dataset.beta = `${beta}`) };
    });
    cleanup.add(remove);
    return again;
  }

  const followers = [
    follow(images, rows.length, (step) => codes && codesAtStep(codes, rows.length, steps, step)),
    follow(samples, DRAWS, () => noise.slice()),
  ];
  const element = h(
    "div",
    { class: "betascope learn price" },
    status,
    control.element,
    text.element,
    h(
      "div",
      { class: "flow" },
      h("figure", { class: "wide" }, plane.element, h("figcaption", {}, "the curve of all β: the point is this one")),
      h("figure", { class: "wide" }, bars.element, h("figcaption", {}, "nats in each dimension, and the β from which it is silent")),
    ),
    h("figure", {}, images, h("figcaption", {}, "test images, encoded and decoded at this β")),
    h("figure", {}, samples, h("figcaption", {}, "eight places drawn from the prior, decoded at this β")),
  );
  component.parentElement.append(element);

  /** @param {number} step */
  function show(step) {
    const [beta, rate, distortion] = [curve.betas[step], curve.rate[step], curve.distortion[step]];
    plane.showStep(step);
    bars.show(step);
    const dearer = step > before;
    text.set(
      {
        D: `${number(distortion, 1)} nats`,
        R: `${number(rate, 1)} nats`,
        "−ELBO = D + R": `${number(distortion + rate, 1)} nats`,
        "D + β · R": `${number(distortion + beta * rate, 1)} nats`,
      },
      step === before ? [] : [dearer ? "R" : "D", "D + β · R"],
    );
    before = step;
    Object.assign(element.dataset, { beta: `${beta}`, rate: `${rate}`, distortion: `${distortion}` });
    for (const follower of followers) follower();
  }

  async function load() {
    try {
      codes = await fetchCodesAlong(run, version, rows);
    } catch (error) {
      console.info(`No codes along β: ${error}`);
    }
    element.dataset.ready = "true";
    show(control.step);
  }

  load();
  show(control.step);

  return steadyView(report, element, cleanup);
}
