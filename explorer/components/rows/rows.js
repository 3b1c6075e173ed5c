// Traverse of a table or of histories: a slider per latent dimension, and the row or the list of items that follows the thumb.

import { Cleanup, connect } from "../shared/component.js";
import { button, choice, onUndo, undoButton } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { decodeNewest } from "../shared/newest.js";
import { clamp, rounded } from "../shared/numbers.js";
import { Position } from "../shared/position.js";
import { Report } from "../shared/report.js";
import { drawFromPrior } from "../shared/server.js";
import { codeOfImage } from "../shared/source.js";
import { fullWeight } from "../shared/weight.js";
import { ItemList } from "./item_list.js";
import { RowTable } from "./row_table.js";
import { Slider } from "./slider.js";

const REACHES = [2, 3, 4, 6];
const SAME = 2000; // milliseconds in which presses of keys on one slider are one move

/**
 * @typedef {object} RowsFields
 * @property {number[]} z
 * @property {number | null} row the test row that it is the code of
 * @property {number} reach of the sliders, in deviations
 * @property {number[]} centre
 * @property {number[]} deviation
 * @property {boolean} prior whether centre and deviation are those of N(0, I)
 * @property {number} images how many test rows there are
 * @property {string | null} codes the file of their codes
 * @property {boolean} originals never: rows are no images
 * @property {import("./values.js").Column[]} columns
 * @property {string[] | null} original the texts of the test row
 * @property {string} item what a test item is called: "row" or "user"
 * @property {string[]} [items] names of the items that are recommended, of a run on histories
 * @property {number[]} [history] those that are in the history in view
 */

/**
 * @typedef {import("../shared/component.js").RunProps & import("../shared/weight.js").DimensionProps & RowsFields} RowsProps
 */

/**
 * @param {import("../shared/component.js").Component<RowsProps>} component
 * @returns {import("../shared/component.js").View<RowsProps>}
 */
export function mount(component) {
  const { data, parentElement } = component;
  const { run, centre, deviation } = data;
  let { reach } = data;
  /** @type {{dim: number | null, time: number}} the last move of a slider */
  let last = { dim: null, time: 0 };
  const cleanup = new Cleanup();
  const report = new Report(component);
  const { connection, status } = connect(run, null, cleanup, () => report.emitGone());
  const position = new Position(data.z, data.row);
  const table = data.items ? new ItemList(data.items, data.history ?? []) : new RowTable(data.columns);
  const { show: decode, remove } = decodeNewest(connection, (bytes, _time, z) => {
    table.show(new Float32Array(bytes.slice().buffer));
    element.dataset.z = Array.from(z).join(",");
  });

  const full = fullWeight(data.weights);
  const collapsed = new Set(data.collapsed);
  const sliders = data.order.map((dim) => {
    const carries = { weight: data.weights[dim], full, unit: data.unit, collapsed: collapsed.has(dim), name: data.names[dim] ?? "" };
    return new Slider(dim, carries, { begin, move, commit });
  });
  const byDim = new Map(sliders.map((slider) => [slider.dim, slider]));
  const undo = undoButton(back);
  const limits = { type: "number", min: 0, max: data.images - 1, value: `${data.row ?? 0}` };
  const which = h("input", { class: "which", "aria-label": `Test ${data.item}`, ...limits });
  which.addEventListener("change", () => goToRow(clamp(Math.round(which.valueAsNumber || 0), 0, data.images - 1)));
  const tools = [
    button(data.prior ? "Prior mean" : "Mean code", () => jump(centre)),
    button("Random draw", async () => jump(await drawFromPrior(run))),
    h("label", { class: "test-row" }, `Test ${data.item} `, which),
    undo,
    choice("Range of the sliders", REACHES.map((value) => [value, `±${value}σ`]), reach, setReach),
  ]; // prettier-ignore
  const element = h(
    "div",
    { class: "betascope traversal table-rows", onkeydown: onUndo(back) },
    h("div", { class: "tools" }, ...tools),
    status,
    h("div", { class: "sliders-and-row" }, h("div", { class: "rows" }, ...sliders.map((s) => s.element)), table.element),
  );

  /**
   * Before anything moves: from here on changes are measured.
   * @param {number | null} [dim] of the slider that moves
   */
  function begin(dim = null) {
    position.begin();
    if (dim === null || dim !== last.dim || performance.now() - last.time > SAME) table.begin();
    last.dim = dim;
    undo.disabled = false;
  }

  /**
   * @param {number} dim
   * @param {number} value
   * @param {number} time
   */
  function move(dim, value, time) {
    [position.z[dim]] = rounded([value]);
    position.row = null;
    last.time = performance.now();
    show(time, dim);
  }

  function commit() {
    const z = position.commit();
    report.setValue("z", { z, row: position.row, condition: -1 });
  }

  /**
   * @param {ArrayLike<number>} z
   * @param {number | null} [row]
   */
  function jump(z, row = null) {
    begin();
    position.set(rounded(z), row);
    show();
    commit();
  }

  function back() {
    const before = position.undo();
    if (!before) return;
    table.begin();
    position.set(before.z, before.row);
    show();
    commit();
    undo.disabled = !position.canUndo;
  }

  /** @param {number} row */
  async function goToRow(row) {
    const code = await codeOfImage(run, data, row);
    if (code) jump(code.z, row);
  }

  /** @param {number} value */
  function setReach(value) {
    reach = value;
    place();
    report.setValue("reach", reach);
  }

  /** @param {number | null} [only] */
  function place(only = null) {
    const moved = only === null ? undefined : byDim.get(only);
    for (const slider of moved ? [moved] : sliders) {
      const { dim } = slider;
      slider.place(position.z[dim], centre[dim] - reach * deviation[dim], centre[dim] + reach * deviation[dim]);
    }
  }

  /**
   * @param {number} [time]
   * @param {number | null} [only] the one dimension that moved
   */
  function show(time = performance.now(), only = null) {
    place(only);
    decode(position.z, time);
    if (position.row !== null) which.value = `${position.row}`;
    else table.setOriginal(null);
  }

  parentElement.append(element);
  show();
  table.setOriginal(data.original);
  element.dataset.ready = "true";

  return {
    update(component) {
      report.update(component);
      const fresh = component.data;
      if (table instanceof ItemList) table.setHistory(fresh.history ?? []);
      if (position.isNews(fresh.z)) {
        table.begin();
        position.set(fresh.z, fresh.row);
        show();
      }
      if (fresh.row !== null && fresh.row === position.row) table.setOriginal(fresh.original);
    },
    destroy() {
      report.stop();
      remove();
      cleanup.run();
      element.remove();
    },
  };
}
