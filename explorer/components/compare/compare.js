// Compare: one drag makes the same latent move in several runs, dimensions matched by their codes.

import { h, number } from "../shared/dom.js";
import { Live, announce, single, statusLine } from "../shared/live.js";
import { paint, paintAt } from "../shared/pixels.js";
import { Report } from "../shared/report.js";

const STEPS = 11;
const CELLS = Array.from({ length: STEPS }, (_, cell) => cell);
const VISIBLE = 10;

/**
 * data: runs [{run, version, shape, title, z (its code of the image), deviation, matches [{dim, sign, r} or null per
 * dimension of the reference]}], reference (its place among runs), order, weights, unit, collapsed, low, high (of the reference's sliders), move ({dim: how far}).
 * A move of k standard deviations in the reference is one of k in its partners, from each run's own code of the image.
 */
export function mount(component) {
  const { data, parentElement } = component;
  const report = new Report(component, (known, name) => known[name]);
  const reference = data.runs[data.reference];
  let moved = new Float64Array(reference.z.length);
  let active = data.order[0];
  const views = data.runs.map(makeView);

  function makeView(run) {
    const live = Live.open(run.run, run.condition);
    const main = h("canvas", { class: "pixels main", role: "img", "aria-label": `${run.title}, decoded` });
    const strip = h("canvas", { class: "strip", role: "img" });
    const words = h("div", { class: "caption" });
    const view = { run, live, main, strip, words, version: 0, drawn: -1 };
    view.painter = single(live, (pixels, asked, z) => {
      paint(main, pixels, run.shape);
      main.dataset.z = Array.from(z).join(",");
      announce(main, asked);
    });
    view.remove = live.add({ limit: 1, pull: () => pullStrip(view) });
    view.status = statusLine(live, () => report.gone());
    view.element = h(
      "div",
      { class: "run", "data-run": run.run },
      h("div", { class: "title" }, run.title),
      view.status.element,
      h("div", { class: "run-images" }, main, h("div", { class: "run-strip" }, strip, words)),
    );
    return view;
  }

  /** The run's own code after the move. */
  function codeOf(run, changed = moved) {
    const z = Float64Array.from(run.z);
    changed.forEach((amount, dim) => {
      const match = run.matches[dim];
      if (match && amount) z[match.dim] += (match.sign * amount * run.deviation[match.dim]) / reference.deviation[dim];
    });
    return z;
  }

  function pullStrip(view) {
    const { run } = view;
    if (view.drawn === view.version || !run.matches[active]) return null;
    view.drawn = view.version;
    const dims = run.z.length;
    const codes = new Float32Array(STEPS * dims);
    for (const cell of CELLS) {
      const changed = Float64Array.from(moved);
      changed[active] =
        data.low[active] + ((data.high[active] - data.low[active]) * cell) / (STEPS - 1) - reference.z[active];
      codes.set(codeOf(run, changed), cell * dims);
    }
    return {
      codes,
      done: (pixels) => paintAt(view.strip, pixels, run.shape, CELLS, STEPS, 1),
      lost: () => (view.drawn = -1),
    };
  }

  function show(asked = performance.now()) {
    for (const view of views) {
      view.painter.show(codeOf(view.run), asked);
      if (view.signature !== signature()) {
        view.signature = signature();
        view.version += 1;
      }
      const match = view.run.matches[active];
      view.words.textContent = !match
        ? "no dimension is left to match"
        : view.run === reference
          ? `z${active}`
          : `z${match.dim} · r = ${number(match.r)}${match.sign < 0 ? ", reversed" : ""}`;
      view.element.dataset.weak = Boolean(match) && Math.abs(match.r) < 0.5;
      view.live.wake();
    }
  }

  /** The strip of the active dimension changes only when another one moves. */
  function signature() {
    return `${active}|${Array.from(moved, (amount, dim) => (dim === active ? "" : amount)).join(",")}`;
  }

  const collapsed = new Set(data.collapsed);
  const most = Math.max(...data.weights, 1e-9);
  const sliders = data.order.map((dim) => {
    const slider = h("input", {
      type: "range",
      class: "slider",
      min: data.low[dim],
      max: data.high[dim],
      step: (data.high[dim] - data.low[dim]) / 300,
      "aria-label": `z${dim} of ${reference.title}`,
    });
    const value = h("output", { class: "value" });
    const bar = h("span", { class: "bar" });
    bar.style.setProperty("--share", `${(100 * Math.max(0, data.weights[dim])) / most}%`);
    const element = h(
      "div",
      { class: "row", "data-collapsed": collapsed.has(dim), "data-dim": `${dim}` },
      h(
        "div",
        { class: "label" },
        h("span", { class: "name" }, `z${dim}`, value),
        h(
          "span",
          { class: "weight", title: `${number(data.weights[dim], 3)} ${data.unit}` },
          bar,
          number(data.weights[dim]),
        ),
      ),
      slider,
    );
    slider.addEventListener("input", (event) => {
      active = dim;
      moved[dim] = slider.valueAsNumber - reference.z[dim];
      place();
      show(event.timeStamp);
    });
    slider.addEventListener("focus", () => {
      active = dim;
      show();
    });
    slider.addEventListener("change", commit);
    element.addEventListener("dblclick", () => {
      moved[dim] = 0;
      place();
      show();
      commit();
    });
    return { dim, slider, value, element };
  });

  function place() {
    for (const { dim, slider, value } of sliders) {
      const z = reference.z[dim] + moved[dim];
      slider.value = z;
      value.textContent = number(z);
    }
  }

  function commit() {
    const kept = data.order
      .filter((dim) => Math.abs(moved[dim]) > 1e-4)
      .map((dim) => `${dim}:${moved[dim].toFixed(3)}`)
      .join(",");
    report.say("move", kept);
  }

  function take(move) {
    moved = new Float64Array(reference.z.length);
    for (const [dim, amount] of Object.entries(move)) moved[dim] = amount;
  }

  const back = h(
    "button",
    {
      type: "button",
      onclick: () => {
        take({});
        place();
        show();
        commit();
      },
    },
    "Back to the image",
  );
  const shown = sliders.filter(({ dim }) => !collapsed.has(dim));
  const rest = [...shown.slice(VISIBLE), ...sliders.filter(({ dim }) => collapsed.has(dim))];
  const element = h(
    "div",
    { class: "betascope comparison" },
    h(
      "div",
      { class: "sliders" },
      h("div", { class: "title" }, `Dimensions of ${reference.title}`),
      ...shown.slice(0, VISIBLE).map((one) => one.element),
      rest.length ? h("details", {}, h("summary", {}, `${rest.length} more`), ...rest.map((one) => one.element)) : null,
      back,
    ),
    h("div", { class: "runs" }, ...views.map((view) => view.element)),
  );
  parentElement.append(element);
  take(data.move);
  place();
  show();
  element.dataset.ready = "true";

  return {
    update(component) {
      report.update(component);
      const fresh = component.data;
      if (fresh.runs.every(({ z }, index) => z.join() === data.runs[index].z.join())) return;
      // Another image: the same move, from its code.
      fresh.runs.forEach(({ z, condition }, index) => {
        data.runs[index].z = z;
        if (condition != null) views[index].live.condition = condition;
      });
      views.forEach((view) => (view.signature = null));
      place();
      show();
    },
    destroy() {
      report.stop();
      for (const view of views) {
        view.painter.remove();
        view.remove();
        view.status.stop();
        view.live.close();
      }
      element.remove();
    },
  };
}
