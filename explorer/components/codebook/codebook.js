// Traverse for models whose code is a grid of codebook entries, called words: pick a cell, see what the nearest words
// would make of it, swap.

import { publish, subscribe } from "../shared/bus.js";
import { Cleanup, connect } from "../shared/component.js";
import { button, onUndo, undoButton } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { mainImage } from "../shared/main_image.js";
import { miniMap } from "../shared/map/mini_map.js";
import { rounded } from "../shared/numbers.js";
import { Position } from "../shared/position.js";
import { Report } from "../shared/report.js";
import { drawFromPrior } from "../shared/server.js";
import { codeOfImage, sourceImage } from "../shared/source.js";
import { Candidates } from "./candidates.js";
import { Cells, placeOf } from "./cells.js";
import { countBars } from "./count_bars.js";
import { Grid } from "./grid.js";

/**
 * @typedef {object} CodebookFields
 * @property {number} side cells along a side of the code
 * @property {number[][]} codebook its words
 * @property {number[]} counts how often the test images have each word
 * @property {number[]} z
 * @property {import("../shared/map/props.js").MapProps | null} map
 */

/**
 * @typedef {import("../shared/component.js").RunProps & import("../shared/source.js").SourceProps & CodebookFields}
 *   CodebookProps
 */

/**
 * @param {import("../shared/component.js").Component<CodebookProps>} component
 * @returns {import("../shared/component.js").View<CodebookProps>}
 */
export function mount(component) {
  let { data } = component;
  const { run, shape, side } = data;
  const cleanup = new Cleanup();
  const report = new Report(component);
  const { connection, status } = connect(run, null, cleanup, () => report.emitGone());
  const source = sourceImage(data, goToImage);
  const grid = new Grid(data.codebook, side);
  const position = new Position(data.z, data.row);
  const owner = component.owner ?? {};

  const main = mainImage(connection, shape, "Decoded from the words");
  const cells = new Cells(side, () => show());
  const candidates = new Candidates(connection, shape, grid, swap);
  const bars = countBars(data.counts, swap);
  const undo = undoButton(back);
  const map = miniMap(data.map, cleanup, position.z);
  const element = h(
    "div",
    { class: "betascope codes", onkeydown: onUndo(back) },
    h(
      "div",
      { class: "tools" },
      button("Random draw", async () => jump(await drawFromPrior(run))),
      ...source.tools,
      undo,
    ),
    status,
    h(
      "div",
      { class: "stage-and-words" },
      h(
        "div",
        { class: "stage" },
        h("div", { class: "board" }, main.canvas, main.spoken, cells.element),
        h("div", { class: "beside" }, source.figure),
        map.element,
      ),
      h(
        "div",
        {},
        candidates.title,
        candidates.element,
        h("div", { class: "title" }, "How often the test images say each word"),
        bars.element,
      ),
    ),
  );

  /** @param {number} [time] when it was moved */
  function show(time = performance.now()) {
    const { z, row } = position;
    const words = grid.wordsOf(z);
    cells.show(words);
    candidates.show(z, cells.chosen);
    bars.show(words[cells.chosen]);
    main.show(z, time);
    connection.poll();
    publish(run, { z: Array.from(z) }, owner);
    source.show(row);
  }

  // -- moving --------------------------------------------------------------------------------------------------
  /**
   * @param {ArrayLike<number>} z
   * @param {number | null} [row] the test image that it is the code of
   */
  function jump(z, row = null) {
    position.begin();
    go(rounded(grid.quantised(z)), row);
  }

  /** @param {number} word for the chosen cell */
  function swap(word) {
    jump(grid.put(position.z, cells.chosen, word));
  }

  /**
   * @param {ArrayLike<number>} z
   * @param {number | null} row
   */
  function go(z, row) {
    position.set(z, row);
    undo.disabled = !position.canUndo;
    show();
    main.say(`${placeOf(cells.chosen, side)}: word ${grid.wordsOf(position.z)[cells.chosen]}`);
    report.setValue("z", { z: position.commit(), row });
  }

  function back() {
    const before = position.undo();
    if (before) go(before.z, before.row);
  }

  /** @param {number} row */
  async function goToImage(row) {
    const code = await codeOfImage(run, data, row);
    if (!code) return;
    jump(code.z, row);
    source.set(row);
  }

  component.parentElement.append(element);
  const unsubscribe = subscribe(run, owner, ({ go, row, led }) => {
    if (go) jump(go, row ?? null);
    if (!led) return;
    position.set(led.z, null);
    show();
  });
  show();
  element.dataset.ready = "true";

  return {
    update(component) {
      report.update(component);
      const fresh = component.data;
      map.update(fresh.map, position.z);
      data = { ...data, codes: fresh.codes };
      if (!position.isNews(fresh.z)) return;
      position.set(fresh.z, fresh.row);
      show();
    },
    destroy() {
      report.stop();
      unsubscribe();
      main.remove();
      candidates.remove();
      cleanup.run();
      element.remove();
    },
  };
}
