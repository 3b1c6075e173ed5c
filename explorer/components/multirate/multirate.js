// A model for every β among others: β under the thumb, the same test images at that β, and where it is on its curve.

import { codesAtStep } from "../shared/beta.js";
import { betaSlider } from "../shared/beta_slider.js";
import { Cleanup, connect } from "../shared/component.js";
import { h } from "../shared/dom.js";
import { Report } from "../shared/report.js";
import { fetchCodesAlong } from "../shared/server.js";
import { liveStrip, stripCanvas } from "../shared/strip.js";
import { Plane } from "../shared/rate_plane.js";

/**
 * @typedef {object} MultirateFields
 * @property {number[]} rows of the test images
 * @property {number} at the step in view
 * @property {import("../shared/beta.js").Curve & {images: number}} curve and on how many images it was measured
 * @property {import("../shared/rate_plane.js").OtherRun[]} others to draw beside the curve
 */

/** @typedef {import("../shared/component.js").RunProps & MultirateFields} MultirateProps */

/**
 * @param {import("../shared/component.js").Component<MultirateProps>} component
 * @returns {import("../shared/component.js").View<MultirateProps>}
 */
export function mount(component) {
  let { data } = component;
  const { run, version, shape, curve } = data;
  const steps = curve.betas.length;
  const cleanup = new Cleanup();
  const report = new Report(component, (known) => curve.betas[known.at]);
  const { connection, status } = connect(run, curve.betas[data.at], cleanup, () => report.emitGone());
  const strip = stripCanvas("The test images at this β");
  const plane = new Plane(curve, data.others);
  /** @type {{rows: number[], codes: Float32Array} | null} n · steps · D */
  let images = null;

  const control = betaSlider(curve, data.at, show, (step) => report.setValue("beta", curve.betas[step]));
  const live = liveStrip(connection, strip, shape, () => {
    if (!images) return null;
    const [beta, count] = [curve.betas[control.step], images.rows.length];
    connection.condition = beta;
    return {
      codes: codesAtStep(images.codes, count, steps, control.step),
      count,
      painted: () => (strip.dataset.beta = `${beta}`),
    };
  });
  strip.style.aspectRatio = `${data.rows.length} / 1`;
  const caption = h("figcaption", {}, `Rate and distortion in nats, on ${curve.images} test images`);
  const element = h(
    "div",
    { class: "betascope multirate" },
    status,
    h("div", { class: "halves" }, control.element, h("figure", {}, plane.element, caption)),
    strip,
  );

  /**
   * @param {number} step
   * @param {number} [time] when it was moved
   */
  function show(step, time) {
    plane.showStep(step);
    live.again(time);
  }

  /** Fetch the codes of the test images in view. */
  async function load() {
    const { rows } = data;
    try {
      const codes = await fetchCodesAlong(run, version, rows);
      if (rows === data.rows) images = { rows, codes };
    } catch (error) {
      images = null;
      console.info(`No codes along β: ${error}`);
    }
    if (rows !== data.rows) return;
    element.dataset.ready = "true";
    show(control.step);
  }

  component.parentElement.append(element);
  load();

  return {
    update(component) {
      report.update(component);
      const before = data;
      data = component.data;
      if (JSON.stringify(before.others) !== JSON.stringify(data.others)) plane.showRuns(data.others);
      if (before.rows.join() === data.rows.join()) data = { ...data, rows: before.rows };
      else load();
    },
    destroy() {
      report.stop();
      control.stop();
      live.remove();
      cleanup.run();
      element.remove();
    },
  };
}
