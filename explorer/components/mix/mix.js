// Mix: content from A, style from B: the whole code, chosen dimensions, or those of a factor; the image follows the thumb.

import { Animation, pingPong } from "../shared/animation.js";
import { publish } from "../shared/bus.js";
import { Cleanup, connect } from "../shared/component.js";
import { button, choice } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { mainImage } from "../shared/main_image.js";
import { indices } from "../shared/numbers.js";
import { Pictures } from "../shared/pictures.js";
import { Report } from "../shared/report.js";
import { imageUnder, paintStrip, stripCanvas } from "../shared/strip.js";
import { DimensionRows } from "./dimensions.js";
import { describe, isExactly, mixed } from "./mixing.js";
import { Partner } from "./partner.js";

const FRAMES = 11; // images of the strip
const PERIOD = 4; // seconds from A to B and back

/**
 * @typedef {object} FactorDims
 * @property {string} name
 * @property {number[]} dims that stand for it
 * @property {number} share of its information that the best of them has
 * @property {string[]} also other factors that move with them
 */

/**
 * @typedef {object} MixFields
 * @property {import("./partner.js").PartnerProps} a
 * @property {import("./partner.js").PartnerProps} b
 * @property {number[] | null} taken the dimensions that come from B; null: all
 * @property {number} share of the way to B, 0 … 1
 * @property {FactorDims[]} factors
 * @property {boolean} classes whether the model takes the class
 * @property {number | null} condition the β in view
 * @property {number} images how many test images there are
 * @property {string | null} codes the file of their codes
 */

/** @typedef {import("../shared/component.js").RunProps & import("./dimensions.js").RowsProps & MixFields} MixProps */

/**
 * @param {import("../shared/component.js").Component<MixProps>} component
 * @returns {import("../shared/component.js").View<MixProps>}
 */
export function mount(component) {
  let { data } = component;
  const { run, shape, factors } = data;
  const dims = data.a.z.length;
  const all = indices(dims);
  const cleanup = new Cleanup();
  const report = new Report(component, ({ a, b, taken, share }) => [a.row, b.row, taken, share]);
  const { connection, status } = connect(run, data.condition, cleanup, () => report.emitGone());
  const animation = new Animation();
  const pictures = new Pictures(run, data.version);
  const owner = component.owner ?? {};
  let { share } = data;
  let taken = new Set(data.taken ?? all);
  let classOf = "A";
  let isStripOld = true;

  // -- what is on the page -------------------------------------------------------------------------------------
  const a = new Partner("A", data, data.a, pictures, partnerChanged);
  const b = new Partner("B", data, data.b, pictures, partnerChanged);
  const main = mainImage(connection, shape, "Mixed from A and B");
  const caption = h("div", { class: "caption" });
  const slider = h("input", {
    type: "range",
    class: "slider",
    min: 0,
    max: 1,
    step: 0.01,
    "aria-label": "How much of B",
    oninput: (event) => {
      stop();
      go(slider.valueAsNumber, event.timeStamp);
    },
    onchange: commit,
  });
  const strip = stripCanvas("From A to B in steps: click to go there");
  strip.addEventListener("click", (event) => {
    stop();
    go(imageUnder(event, strip, FRAMES) / (FRAMES - 1), event.timeStamp);
    commit();
  });
  const playing = button("▶ Play", () => (animation.running ? stop() : play()));
  const swap = button("Swap A and B", exchange);
  const whole = button("Whole code", () => take(all));
  const none = button("Nothing", () => take([]));
  const chips = factors.map((factor) => {
    const others = factor.also.length ? `; moves with it: ${factor.also.join(", ")}` : "";
    const names = factor.dims.map((dim) => `z${dim}`).join(", ");
    const hint = `${names}: ${Math.round(100 * factor.share)} % of the information on ${factor.name}${others}`;
    return button(`B’s ${factor.name}`, () => toggleFactor(factor), hint);
  });
  const note = h("div", { class: "caption" });
  const rows = new DimensionRows(data, (dim, on) => {
    if (on) taken.add(dim);
    else taken.delete(dim);
    renew();
    commit();
  });
  /** @type {[string, string][]} */
  const owners = [
    ["A", "Class of A"],
    ["B", "Class of B"],
  ];
  const classes = choice("Class", owners, classOf, setClass);
  classes.hidden = !data.classes;
  const removeStrip = connection.add({
    limit: 1,
    next() {
      if (!isStripOld) return null;
      isStripOld = false;
      const codes = indices(FRAMES).flatMap((step) => mixed(a.z, b.z, taken, step / (FRAMES - 1)));
      return {
        codes: Float32Array.from(codes),
        done: (pixels) => paintStrip(strip, pixels, shape, FRAMES),
        lost: () => (isStripOld = true),
      };
    },
  });
  const element = h(
    "div",
    { class: "betascope mix" },
    status,
    h(
      "div",
      { class: "halves" },
      h(
        "div",
        { class: "bench" },
        h("div", { class: "three" }, a.element, h("div", { class: "stage" }, main.canvas, main.spoken, caption), b.element),
        h("div", { class: "track-and-strip" }, strip, slider),
        h("div", { class: "tools" }, playing, swap, classes),
      ),
      h(
        "div",
        { class: "from-b" },
        h("div", { class: "title" }, "Taken from B"),
        h("div", { class: "tools" }, whole, none, ...chips),
        note,
        rows.element,
      ),
    ),
  );

  // -- moving --------------------------------------------------------------------------------------------------
  /**
   * @param {number} place 0 … 1
   * @param {number} [time] when it was moved
   */
  function go(place, time = performance.now()) {
    share = place;
    const z = mixed(a.z, b.z, taken, share);
    main.show(z, time);
    slider.value = `${share}`;
    const text = `${Math.round(100 * share)} % ${describe(taken, dims, (dim) => `z${dim}`)}`;
    caption.textContent = text;
    slider.setAttribute("aria-valuetext", text);
    rows.show(taken, a.z, b.z, z);
    publish(run, { z }, owner);
  }

  /** Other codes or other dimensions: all images are new. */
  function renew() {
    isStripOld = true;
    if (data.classes) connection.condition = (classOf === "A" ? a : b).label ?? 0;
    const on = factors.filter((factor) => factor.dims.length && factor.dims.every((dim) => taken.has(dim)));
    chips.forEach((chip, index) => chip.setAttribute("aria-pressed", `${on.includes(factors[index])}`));
    whole.setAttribute("aria-pressed", `${taken.size === dims}`);
    const only = factors.find((factor) => isExactly(taken, factor.dims));
    note.textContent = only?.also.length ? `With ${only.name} moves: ${only.also.join(", ")}.` : "";
    connection.poll();
    go(share);
  }

  function commit() {
    const dimsTaken = taken.size === dims ? null : [...taken].sort((one, other) => one - other);
    main.say(caption.textContent ?? "");
    report.setValue("mix", { a: a.row, b: b.row, share: Math.round(share * 100) / 100, taken: dimsTaken });
  }

  /** @param {boolean} here */
  function partnerChanged(here) {
    stop();
    if (here) renew();
    commit();
  }

  /** @param {Iterable<number>} fresh */
  function take(fresh) {
    taken = new Set(fresh);
    renew();
    commit();
  }

  /**
   * The first factor replaces the whole code; further ones add to it. It is taken as B has it: the slider goes to B.
   * @param {FactorDims} factor
   */
  function toggleFactor(factor) {
    const on = factor.dims.every((dim) => taken.has(dim));
    stop();
    share = 1;
    if (taken.size === dims) take(factor.dims);
    else if (on) take([...taken].filter((dim) => !factor.dims.includes(dim)));
    else take([...taken, ...factor.dims]);
  }

  function exchange() {
    const before = { row: a.row, z: a.z, label: a.label };
    a.set({ row: b.row, z: b.z, label: b.label });
    b.set(before);
    renew();
    commit();
  }

  /** @param {string} value */
  function setClass(value) {
    classOf = value;
    renew();
  }

  function play() {
    const begun = (share * PERIOD) / 2;
    playing.textContent = "❚❚ Pause";
    animation.start((seconds, now) => go(pingPong(seconds + begun, PERIOD), now));
  }

  function stop() {
    if (!animation.stop()) return;
    playing.textContent = "▶ Play";
    commit();
  }

  component.parentElement.append(element);
  a.show();
  b.show();
  renew();
  element.dataset.ready = "true";

  return {
    update(component) {
      report.update(component);
      const fresh = component.data;
      const isOther = fresh.condition !== data.condition;
      data = { ...data, condition: fresh.condition, codes: fresh.codes };
      if (fresh.condition !== null) connection.condition = fresh.condition;
      if (!isOther && data.codes) return;
      // Codes that only Python has, or those of another β.
      if (a.row === fresh.a.row) a.set(fresh.a);
      if (b.row === fresh.b.row) b.set(fresh.b);
      renew();
    },
    destroy() {
      report.stop();
      animation.stop();
      main.remove();
      removeStrip();
      cleanup.run();
      element.remove();
    },
  };
}
