// Training time under the thumb: what follows it shows the run as it was then; at rest, that moment is the run in view.

import { Animation } from "../shared/animation.js";
import { publish } from "../shared/bus.js";
import { iconButton } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { clamp, number } from "../shared/numbers.js";
import { News } from "../shared/news.js";
import { Report } from "../shared/report.js";
import { lossCurve } from "./loss_curve.js";

const SECONDS = 6; // from the first moment to the last
const HOLD = 0.6; // seconds that the end stays before it is at rest

/**
 * @typedef {object} TrainingProps
 * @property {string} run its id at the end of its training
 * @property {number[]} steps of the moments
 * @property {number} at the moment in view
 * @property {(number | null)[]} loss −ELBO at each moment, in nats
 * @property {number} total steps
 * @property {boolean} trains whether further moments will come
 */

/**
 * @param {import("../shared/component.js").Component<TrainingProps>} component
 * @returns {import("../shared/component.js").View<TrainingProps>}
 */
export function mount(component) {
  let { data } = component;
  const report = new Report(component);
  const news = new News([data.at]);
  const animation = new Animation();
  const owner = {};
  const play = iconButton("▶", "Play the training", () => (animation.running ? rest() : start()));
  const slider = h("input", {
    type: "range",
    min: 0,
    step: 1,
    "aria-label": "Training time",
    oninput: () => {
      stop();
      show(slider.valueAsNumber);
    },
    onchange: () => settle(),
  });
  const step = h("output", { class: "value" });
  const loss = h("span", { class: "reading" });
  const curve = h("div", { class: "curve" });
  const element = h(
    "div",
    { class: "betascope training" },
    h("span", { class: "name" }, play, "Training"),
    h("div", { class: "time" }, curve, slider),
    h("div", { class: "now" }, step, loss),
  );
  component.parentElement.append(element);

  let moment = data.at;
  let drawn = lossCurve(data.loss);

  function renew() {
    drawn = lossCurve(data.loss);
    curve.replaceChildren(drawn.element);
    slider.max = `${data.steps.length - 1}`;
    display();
  }

  function display() {
    const at = Math.round(moment);
    const value = data.loss[at];
    slider.value = `${at}`;
    step.textContent = `step ${data.steps[at].toLocaleString("en")} of ${data.total.toLocaleString("en")}`;
    slider.setAttribute("aria-valuetext", step.textContent);
    loss.textContent = value === null ? "" : `−ELBO ${number(value, 1)} nats`;
    drawn.show(moment);
    Object.assign(element.dataset, { moment: `${moment}`, step: `${data.steps[at]}` });
  }

  /** @param {number} wanted a moment, or a place between two */
  function show(wanted) {
    moment = clamp(wanted, 0, data.steps.length - 1);
    display();
    publish(data.run, { moment }, owner);
  }

  function start() {
    const last = data.steps.length - 1;
    const begin = moment >= last ? 0 : moment;
    play.textContent = "⏸";
    animation.start((seconds) => {
      const wanted = begin + (seconds / SECONDS) * last;
      show(wanted);
      if (wanted > last + (HOLD / SECONDS) * last) rest();
    });
  }

  function stop() {
    animation.stop();
    play.textContent = "▶";
  }

  function rest() {
    stop();
    show(Math.round(moment));
    settle();
  }

  function settle() {
    const at = Math.round(moment);
    news.report([at]);
    report.setValue("at", at);
  }

  renew();
  element.dataset.ready = "true";

  return {
    update(component) {
      report.update(component);
      const atEnd = moment === data.steps.length - 1;
      const isLonger = component.data.steps.length !== data.steps.length;
      data = component.data;
      if (news.take([data.at]) || (isLonger && atEnd && !animation.running)) {
        stop();
        moment = data.at;
        publish(data.run, { moment }, owner);
      }
      renew();
    },
    destroy() {
      stop();
      report.stop();
      publish(data.run, { moment: undefined }, owner);
      element.remove();
    },
  };
}
