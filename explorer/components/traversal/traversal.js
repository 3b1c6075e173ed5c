// Traverse: a slider per latent dimension, the image that follows the thumb, and the strip of each dimension.

import { betaSlider } from "../shared/beta_slider.js";
import { publish, subscribe } from "../shared/bus.js";
import { Cleanup, connect } from "../shared/component.js";
import { onUndo, undoButton } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { onImageDrop, readImage } from "../shared/dropped_image.js";
import { encode, prepareEncoder } from "../shared/encoding.js";
import { mainImage } from "../shared/main_image.js";
import { miniMap } from "../shared/map/mini_map.js";
import { nearest, number, rounded } from "../shared/numbers.js";
import { Position } from "../shared/position.js";
import { Report } from "../shared/report.js";
import { codeOfImage, sourceImage } from "../shared/source.js";
import { fullWeight } from "../shared/weight.js";
import { ClassField } from "./class_field.js";
import { CodesAlong } from "./codes_along.js";
import { factorCells, factorHeads, hintOf } from "./factors.js";
import { Moments } from "./moments.js";
import { Pin } from "./pin.js";
import { Player } from "./player.js";
import { Range } from "./range.js";
import { rowList } from "./row_list.js";
import { SliderRow } from "./slider_row.js";
import { Strips } from "./strips.js";
import { tools } from "./tools.js";

const REST = 300; // milliseconds after the wheel's last turn until its code is reported

/** @typedef {import("./props.js").TraversalProps} TraversalProps */

/**
 * @param {import("../shared/component.js").Component<TraversalProps>} component
 * @returns {import("../shared/component.js").View<TraversalProps>}
 */
export function mount(component) {
  let { data } = component;
  const { run, shape, rates, factors } = data;
  const cleanup = new Cleanup();
  const report = new Report(component);
  const { connection, status } = connect(run, data.condition, cleanup, () => report.emitGone());
  const position = new Position(data.z, data.row);
  const range = new Range(data.centre, data.deviation, data.reach);
  const player = new Player(range, move);
  const source = sourceImage(data, goToImage);
  const owner = component.owner ?? {};
  const names = { ...data.names };
  /** @type {Set<number>} classes and βs that were reported from here */
  const conditions = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {number | null} the dimension that was moved last; null: all of them */
  let movedDim = null;

  // -- what is on the page -------------------------------------------------------------------------------------
  const pin = new Pin(shape);
  const main = mainImage(connection, shape, "Decoded from the sliders", {
    title: "Drop an image file here to see what the model makes of it",
    painted: (pixels) => {
      pin.show(pixels);
      moments?.again(position, connection.condition);
    },
  });
  const moments = data.moments && new Moments(data.moments, main.canvas, shape);
  const full = fullWeight(rates?.per_dim[0] ?? data.weights);
  const collapsed = new Set(data.collapsed);
  const rows = data.order.map((dim) => {
    const fixed = data.mayName === false;
    const texts = { name: names[dim] ?? "", hint: hintOf(factors, dim, fixed ? "" : "name it …") };
    const carries = { weight: data.weights[dim], full, unit: data.unit, collapsed: collapsed.has(dim), ...texts };
    const handlers = { begin, move, commit, commitSoon, play, rename, value: () => position.z[dim] };
    return new SliderRow(dim, range, { ...carries, fixed }, handlers, factors ? [factorCells(factors, dim)] : []);
  });
  const byDim = new Map(rows.map((row) => [row.dim, row]));
  const strips = new Strips(connection, shape, rows, range, position);
  const undo = undoButton(back);
  const classes = new ClassField(connection, data.classNames, { changed: () => show(), chosen: commit });
  const along = rates && new CodesAlong(run, data.version, rates.betas.length);
  const control = rates && betaSlider(rates, rates.at, setBeta, commit);
  const map = miniMap(data.map, cleanup, position.z);
  const beside = h("div", { class: "beside" }, source.figure, ...pin.figures);
  const heads = factors && factorHeads(factors);
  // Where β moves, a dimension that carries nothing now may carry something then: none is folded away for it.
  const lists = rowList(rows, rates ? new Set() : collapsed, () => connection.poll());
  const element = h(
    "div",
    { class: "betascope traversal", onkeydown: onUndo(back) },
    h("div", { class: "tools" }, ...tools(data, { jump, setReach }, ...source.tools, undo, pin.button, classes.element)),
    status,
    h(
      "div",
      { class: "stage-and-rows" },
      h("div", { class: "stage" }, main.canvas, main.spoken, beside, map.element),
      h("div", { class: "lists" }, control?.element, heads, ...lists),
    ),
  );

  // -- moving --------------------------------------------------------------------------------------------------
  /** Before anything moves: stop what plays, and keep the code for undo. */
  function begin() {
    stop();
    position.begin();
    undo.disabled = false;
  }

  /**
   * @param {number} dim
   * @param {number} value
   * @param {number} [time]
   */
  function move(dim, value, time) {
    [position.z[dim]] = rounded([value]);
    movedDim = dim;
    position.row = null;
    show(time, dim);
  }

  function commit() {
    clearTimeout(timer);
    const z = position.commit();
    conditions.add(connection.condition);
    main.say(inText());
    report.setValue("z", { z, row: position.row, condition: connection.condition });
  }

  /** Where the sliders are, for screen readers. */
  function inText() {
    if (movedDim === null) return position.row === null ? "Another code" : `Test image ${position.row}`;
    return `z${movedDim}${names[movedDim] ? `, ${names[movedDim]},` : ""} at ${number(position.z[movedDim])}`;
  }

  function commitSoon() {
    clearTimeout(timer);
    timer = setTimeout(commit, REST);
  }

  /**
   * @param {ArrayLike<number>} z
   * @param {number | null} [row] the test image that it is the code of
   */
  function jump(z, row = null) {
    begin();
    position.set(rounded(z), row);
    movedDim = null;
    show();
    commit();
  }

  function back() {
    const before = position.undo();
    if (!before) return;
    stop();
    position.set(before.z, null);
    movedDim = null;
    show();
    commit();
    undo.disabled = !position.canUndo;
  }

  /**
   * @param {number} [time] when it was moved
   * @param {number | null} [only] the one dimension that moved
   */
  function show(time = performance.now(), only = null) {
    const { z } = position;
    strips.renew();
    main.show(z, time);
    const moved = only === null ? undefined : byDim.get(only);
    for (const row of moved ? [moved] : rows) row.place(z[row.dim]);
    publish(run, { z: Array.from(z) }, owner);
    source.show(position.row);
  }

  /** @param {number} reach */
  function setReach(reach) {
    range.reach = reach;
    for (const row of rows) {
      row.setRange();
      row.place(position.z[row.dim]);
    }
    strips.renew();
    report.setValue("reach", reach);
  }

  function stop() {
    if (player.stop()) commit();
  }

  /** @param {SliderRow} row */
  function play(row) {
    const again = player.isPlaying(row);
    stop();
    if (again) return;
    begin();
    player.start(row, position.z[row.dim]);
  }

  /**
   * @param {number} dim
   * @param {string} name
   */
  function rename(dim, name) {
    names[dim] = name;
    report.setValue("names", { ...names });
  }

  /** @param {number} row */
  async function goToImage(row) {
    const code = await codeOfImage(run, data, row);
    if (!code) return;
    if (code.label !== null && classes.isShown) classes.set(code.label);
    await along?.fetch(row);
    jump((control && along?.at(row, control.step)) ?? code.z, row);
    source.set(row);
  }

  /**
   * The test image in view is shown at another β; any other code stays where it is.
   * @param {number} step
   * @param {number} [time]
   */
  function setBeta(step, time) {
    if (!rates) return;
    stop();
    connection.condition = rates.betas[step];
    for (const row of rows) row.setWeight(rates.per_dim[step][row.dim]);
    const z = along?.at(position.row, step);
    if (z) position.set(rounded(z), position.row);
    show(time);
  }

  /** @param {number} condition a class or a β */
  function setCondition(condition) {
    if (control && rates) {
      control.set(nearest(rates.betas, condition));
      setBeta(control.step);
    } else classes.set(condition);
  }

  /** @param {import("../shared/bus.js").Message} message */
  function goToMoment({ moment }) {
    if (!moments?.isNews(moment)) return;
    stop();
    moments.show(moment, position, connection.condition);
  }

  /** @param {import("../shared/moves.js").Move} led where a presenter is: shown, not reported */
  function lookAt({ z, condition }) {
    stop();
    if (condition >= 0 && condition !== connection.condition) setCondition(condition);
    position.set(z, null);
    show();
  }

  element.addEventListener("dragenter", () => prepareEncoder(run));
  onImageDrop(element, async (file) => {
    const pixels = await readImage(file, shape);
    jump(await encode(run, pixels, connection.condition));
    pin.set(pixels);
  });
  component.parentElement.append(element);
  const unsubscribe = subscribe(run, owner, ({ go, row, led }) => {
    if (go) jump(go, row ?? null);
    if (led) lookAt(led);
    along?.fetch(position.row);
  });
  if (moments) cleanup.add(subscribe(moments.run, {}, goToMoment));
  along?.fetch(position.row);
  show();
  element.dataset.ready = "true";

  return {
    update(component) {
      report.update(component);
      const fresh = component.data;
      map.update(fresh.map, position.z);
      Object.assign(names, fresh.names);
      for (const row of rows) row.setName(names[row.dim] ?? "");
      data = { ...data, codes: fresh.codes };
      if (fresh.condition != null && !conditions.has(fresh.condition)) setCondition(fresh.condition);
      if (!position.isNews(fresh.z)) return;
      stop();
      position.set(fresh.z, fresh.row);
      show();
    },
    destroy() {
      stop();
      report.stop();
      control?.stop();
      clearTimeout(timer);
      unsubscribe();
      classes.stop();
      main.remove();
      strips.remove();
      cleanup.run();
      element.remove();
    },
  };
}
