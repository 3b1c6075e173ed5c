// Compare: one drag makes the same latent move in several runs, dimensions matched by their codes.

import { button, fold } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { News } from "../shared/news.js";
import { number } from "../shared/numbers.js";
import { Report } from "../shared/report.js";
import { fullWeight } from "../shared/weight.js";
import { moveOf, moveText } from "./moves.js";
import { RunView } from "./run_view.js";
import { SliderRow } from "./slider_row.js";

const VISIBLE = 10;

/**
 * @typedef {object} ComparisonFields
 * @property {import("./run_view.js").RunViewProps[]} runs
 * @property {number} reference its place among the runs
 * @property {number[]} low ends of the reference's sliders
 * @property {number[]} high
 * @property {Record<string, number>} move how far each dimension is moved
 */

/** @typedef {import("../shared/weight.js").DimensionProps & ComparisonFields} ComparisonProps */

/**
 * A move of k standard deviations in the reference is one of k in the other runs, from each run's own code of the
 * image.
 * @param {import("../shared/component.js").Component<ComparisonProps>} component
 * @returns {import("../shared/component.js").View<ComparisonProps>}
 */
export function mount(component) {
  const { data, parentElement } = component;
  const { order, low, high, unit } = data;
  const report = new Report(component);
  const reference = data.runs[data.reference];
  const dims = reference.z.length;
  const views = data.runs.map((run) => new RunView(run, reference, () => report.emitGone()));
  const collapsed = new Set(data.collapsed);
  const full = fullWeight(data.weights);
  let move = moveOf(data.move, dims);
  let chosen = order[0];
  const news = new News(moveText(move, order));

  const rows = order.map(makeRow);
  const active = rows.filter(({ dim }) => !collapsed.has(dim));
  const others = [...active.slice(VISIBLE), ...rows.filter(({ dim }) => collapsed.has(dim))].map((row) => row.element);
  const back = button("Back to the image", () => {
    move = new Float64Array(dims);
    place();
    show();
    commit();
  });
  const element = h(
    "div",
    { class: "betascope comparison" },
    h(
      "div",
      { class: "sliders" },
      h("div", { class: "title" }, `Dimensions of ${reference.title}`),
      ...active.slice(0, VISIBLE).map((row) => row.element),
      others.length ? fold(`${others.length} more`, others) : null,
      back,
    ),
    h("div", { class: "runs" }, ...views.map((view) => view.element)),
  );

  /** @param {number} dim */
  function makeRow(dim) {
    const { title } = reference;
    const ends = { low: low[dim], high: high[dim] };
    const carries = { weight: data.weights[dim], full, unit, collapsed: collapsed.has(dim) };
    const props = { title, name: data.names[dim] ?? "", ...ends, ...carries };
    return new SliderRow(dim, props, {
      commit,
      choose() {
        chosen = dim;
        show();
      },
      move(value, time) {
        chosen = dim;
        move[dim] = value - reference.z[dim];
        place();
        show(time);
      },
      reset() {
        move[dim] = 0;
        place();
        show();
        commit();
      },
    });
  }

  /** @param {number} [time] when it was moved */
  function show(time = performance.now()) {
    for (const view of views) view.show({ move, dim: chosen, low: low[chosen], high: high[chosen] }, time);
  }

  function place() {
    for (const row of rows) row.place(reference.z[row.dim] + move[row.dim]);
  }

  function commit() {
    const text = moveText(move, order);
    for (const view of views) view.main.say(`${view.run.title}, z${chosen} of ${reference.title} at ${number(reference.z[chosen] + move[chosen])}`); // prettier-ignore
    news.report(text);
    report.setValue("move", text);
  }

  parentElement.append(element);
  place();
  show();
  element.dataset.ready = "true";

  return {
    update(component) {
      report.update(component);
      const { runs } = component.data;
      const isOther = runs.some(({ z }, index) => z.join() !== data.runs[index].z.join());
      const fresh = moveOf(component.data.move, dims);
      const isMoved = news.take(moveText(fresh, order));
      if (!isOther && !isMoved) return;
      if (isMoved) move = fresh;
      if (isOther) runs.forEach((run, index) => views[index].setImage(run));
      place();
      show();
    },
    destroy() {
      report.stop();
      for (const view of views) view.destroy();
      element.remove();
    },
  };
}
