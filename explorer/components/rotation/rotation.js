// Disentangled? Two dimensions of a code under a dial that turns them: what each slider moves, and what the MIG says of it.

import { Cleanup, connect } from "../shared/component.js";
import { h } from "../shared/dom.js";
import { entropy, gap, inBins, information } from "../shared/learn/information.js";
import { formula } from "../shared/learn/gaussian.js";
import { dot, ellipse, Plane } from "../shared/learn/plane.js";
import { steadyView } from "../shared/learn/view.js";
import { number } from "../shared/numbers.js";
import { Report } from "../shared/report.js";
import { fetchTensors } from "../shared/server.js";
import { liveStrip, stripCanvas } from "../shared/strip.js";
import { turned } from "./turn.js";

const POINTS = 1500; // codes that are drawn; information is counted on all
const STRIP = 9; // images of a strip
const SPAN = 2; // standard deviations to either side

/**
 * @typedef {object} RotationFields
 * @property {[number, number]} pair the dimensions that are turned
 * @property {string} codes the file of the test images' codes and factors
 * @property {string[]} factors
 * @property {number} elbo of the test images, in nats
 * @property {number} row the test image that is moved
 * @property {string[]} palette
 */

/** @typedef {import("../shared/component.js").RunProps & RotationFields} RotationProps */

/**
 * @param {import("../shared/component.js").Component<RotationProps>} component
 * @returns {import("../shared/component.js").View<RotationProps>}
 */
export function mount(component) {
  const { data } = component;
  const { run, shape, pair } = data;
  const cleanup = new Cleanup();
  const report = new Report(component);
  const { connection, status } = connect(run, null, cleanup, () => report.emitGone());
  const slider = h("input", { type: "range", class: "dial", min: "0", max: "90", step: "1", value: "0", "aria-label": "Angle of the rotation in degrees" });
  const value = h("output", {}, "0°");
  const names = ["a", "b"];
  const strips = names.map((name) => stripCanvas(`What ${name} moves`));
  for (const strip of strips) strip.style.aspectRatio = `${STRIP} / 1`;
  const text = formula("What the rotation does", [
    ["−ELBO", "nats per image: the same for every angle, if the decoder turns back first"],
    ["MIG", "mutual information gap, over all dimensions and factors"],
  ]);
  const cells = h("table", { class: "cells" });
  const plane = new Plane("The two dimensions, turned: codes of test images", (plane, context) => {
    context.strokeStyle = getComputedStyle(element).color;
    context.globalAlpha = 0.5;
    for (const deviations of [1, 2]) ellipse(plane, context, [0, 0], [1, 1], deviations);
    context.globalAlpha = 1;
    context.fillStyle = "#f2994a";
    if (moved) dot(plane, context, turned(moved[pair[0]], moved[pair[1]], angle), 6);
  });
  const element = h(
    "div",
    { class: "betascope learn rotation" },
    status,
    h("label", { class: "turned" }, "turn by", slider, value),
    text.element,
    h(
      "div",
      { class: "flow" },
      h("figure", {}, plane.element, h("figcaption", {}, "codes of test images along a and b; the rings are the prior, one and two σ")),
      h(
        "div",
        { class: "wide" },
        ...names.map((name, at) => h("figure", {}, strips[at], h("figcaption", {}, `${name} from −${SPAN}σ to ${SPAN}σ`))),
        cells,
      ),
    ),
  );
  component.parentElement.append(element);

  let angle = 0;
  /** @type {Float32Array | null} the code that is moved */
  let moved = null;
  /** @type {Float32Array[]} of the pair, over the test images whose codes are stored */
  let columns = [];
  let deviations = [1, 1];
  /** @type {{factors: Int32Array[], nats: number[], others: number[][]} | null} others: shares of the dimensions that stay */
  let known = null;

  /**
   * Codes along one of the turned axes.
   * @param {number} axis 0 or 1
   * @returns {Float32Array | null}
   */
  function along(axis) {
    if (!moved) return null;
    const dims = moved.length;
    const codes = new Float32Array(STRIP * dims);
    const at = turned(moved[pair[0]], moved[pair[1]], angle);
    for (let step = 0; step < STRIP; step++) {
      const place = [...at];
      place[axis] = SPAN * deviations[axis] * ((2 * step) / (STRIP - 1) - 1);
      const [a, b] = turned(place[0], place[1], -angle);
      codes.set(moved, step * dims);
      codes[step * dims + pair[0]] = a;
      codes[step * dims + pair[1]] = b;
    }
    return codes;
  }

  const shown = strips.map((strip, axis) => {
    const live = liveStrip(connection, strip, shape, () => {
      const codes = along(axis);
      const turnedBy = angle;
      return codes && { codes, count: STRIP, painted: () => (strip.dataset.angle = `${turnedBy}`) };
    });
    cleanup.add(live.remove);
    return live;
  });

  /** @param {number} degrees */
  function turn(degrees) {
    angle = (degrees * Math.PI) / 180;
    value.textContent = `${degrees}°`;
    for (const strip of shown) strip.again();
    if (!known) return;
    const xy = new Float32Array(2 * columns[0].length);
    columns[0].forEach((a, row) => xy.set(turned(a, columns[1][row], angle), 2 * row));
    plane.setCodes({ xy: xy.subarray(0, 2 * POINTS), labels: known.factors[0].subarray(0, POINTS) }, data.palette);
    const both = [0, 1].map((axis) => Float32Array.from({ length: columns[0].length }, (_, row) => xy[2 * row + axis]));
    deviations = both.map(deviation);
    const shares = both.map((axis) => sharesOf(axis));
    const mig = gap([...shares, ...known.others]);
    text.set({ "−ELBO": `${number(-data.elbo, 1)} nats`, MIG: number(mig, 3) }, degrees ? ["MIG"] : []);
    Object.assign(element.dataset, { mig: `${mig}`, angle: `${degrees}` });
    showCells(shares);
  }

  /**
   * @param {Float32Array} axis
   * @returns {number[]} its information about each factor, over the factor's entropy
   */
  function sharesOf(axis) {
    if (!known) return [];
    const { factors, nats } = known;
    const bins = inBins(axis);
    return factors.map((factor, at) => (nats[at] ? information(bins, factor) / nats[at] : 0));
  }

  /** @param {number[][]} shares of a and b */
  function showCells(shares) {
    const head = h("tr", {}, h("td"), ...data.factors.map((name) => h("th", { scope: "col" }, name.replaceAll("_", " "))));
    const rows = shares.map((row, at) => {
      const tds = row.map((share) => {
        const cell = h("td", {}, number(share, 2));
        cell.style.setProperty("--share", `${100 * share}%`);
        return cell;
      });
      return h("tr", {}, h("th", { scope: "row" }, names[at]), ...tds);
    });
    cells.replaceChildren(h("caption", {}, `what each tells about each factor, of 1; this and the MIG from ${columns[0].length} test images`), head, ...rows);
  }

  async function load() {
    try {
      const { mu, factors } = await fetchTensors(run, data.codes);
      const [count, dims] = mu.shape;
      const column = (/** @type {number} */ dim) => Float32Array.from({ length: count }, (_, row) => mu.data[row * dims + dim]);
      const width = factors.shape[1];
      const levels = data.factors.map((_, at) => Int32Array.from({ length: count }, (_, row) => Number(factors.data[row * width + at])));
      known = { factors: levels, nats: levels.map(entropy), others: [] };
      columns = pair.map(column);
      for (let dim = 0; dim < dims; dim++) if (!pair.includes(dim)) known.others.push(sharesOf(column(dim)));
      moved = Float32Array.from(mu.data.subarray(data.row * dims, (data.row + 1) * dims));
    } catch (error) {
      console.info(`No codes: ${error}`);
    }
    turn(slider.valueAsNumber);
    element.dataset.ready = "true";
  }

  slider.addEventListener("input", () => turn(slider.valueAsNumber));
  load();

  return steadyView(report, element, cleanup);
}

/**
 * @param {Float32Array} values
 * @returns {number}
 */
function deviation(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
