// Repair: a person hides, blurs or shrinks an image, and sees what the model makes of the rest, step by step.

import { Cleanup, connect } from "../shared/component.js";
import { button, choice, onUndo, undoButton } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { onImageDrop, readImage } from "../shared/dropped_image.js";
import { Pictures } from "../shared/pictures.js";
import { Report } from "../shared/report.js";
import { Answers } from "./answers.js";
import { Mask } from "./mask.js";
import { Painter } from "./painter.js";
import { Search } from "./search.js";
import { brushTools, noiseTools, squareTools } from "./tools.js";

const WHILE_PAINTING = 250; // milliseconds between two searches while the pointer is down

/** @typedef {"hide" | "noise" | "small"} Task */

/** @type {[task: Task, text: string, title: string][]} */
const TASKS = [
  ["hide", "Hide a part", "Paint over a part of the image, and the model fills it in"],
  ["noise", "Add noise", "Gaussian noise on every pixel"],
  ["small", "Few pixels", "Squares of the image become one pixel each"],
];

/**
 * @typedef {object} RepairFields
 * @property {number} row the test image
 * @property {number} images how many there are
 * @property {boolean} originals whether they can be shown; else what is decoded from their codes
 * @property {Task} task
 * @property {number} sigma of the noise
 * @property {number} factor the side of a square
 * @property {number[]} factors that fit the images
 * @property {string} mask as text, see mask.js
 * @property {boolean} draws
 * @property {number[] | null} z the code that was reported last
 * @property {number | null} condition the class or β in view
 */

/** @typedef {import("../shared/component.js").RunProps & RepairFields} RepairProps */

/**
 * @param {import("../shared/component.js").Component<RepairProps>} component
 * @returns {import("../shared/component.js").View<RepairProps>}
 */
export function mount(component) {
  let { data } = component;
  let { row, task, sigma, factor, draws } = data;
  const { run, shape, factors } = data;
  const [, height, width] = shape;
  const cleanup = new Cleanup();
  const report = new Report(component);
  const { status } = connect(run, data.condition, cleanup, () => report.emitGone());
  const pictures = new Pictures(run, data.version);
  const mask = new Mask(width, height);
  mask.fromText(data.mask);
  /** @type {Uint8Array | null} the image */
  let original = null;
  let seed = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  // -- what is on the page -------------------------------------------------------------------------------------
  const search = new Search(run, answered);
  const answers = new Answers(shape, () => report.setValue("z", answers.code));
  const painter = new Painter(shape, mask, Math.max(1.5, width / 14), {
    changed: (rests) => (rests ? changed() : soon()),
    resized: (radius) => brush.setRadius(radius),
  });
  const undo = undoButton(back);
  undo.title = "Back to the mask before (Ctrl+Z)";
  const actions = { clear: () => edit(() => mask.clear()), invert: () => edit(() => mask.invert()) };
  const brush = brushTools(width / 4, painter, actions, undo);
  const noise = noiseTools(sigma, { moved: moveLevel, rests: setLevel, again: otherNoise });
  const few = squareTools(shape, factors, factor, setFactor);
  const which = h("input", {
    type: "number",
    class: "which",
    min: 0,
    max: Math.max(0, data.images - 1),
    value: `${row}`,
    "aria-label": "Test image",
    onchange: () => {
      go(which.valueAsNumber);
    },
  });
  const several = button(
    "Several answers",
    () => setDraws(!draws),
    "Draw codes from p(z|y) at temperature 1 instead of the most probable one",
  );
  const seen = h("div", { class: "stage" }, painter.element, brush.element, noise, few);
  const element = h(
    "div",
    { class: "betascope repair", onkeydown: onUndo(back) },
    h(
      "div",
      { class: "tools" },
      choice("Damage", TASKS, task, setTask),
      h("span", { class: "joined" }, button("Random image", () => go(Math.floor(Math.random() * data.images))), which),
      several,
    ),
    status,
    h("div", { class: "halves" }, seen, answers.stage, answers.beside),
  );

  // -- requests ------------------------------------------------------------------------------------------------
  /** Search for an answer to what is on the page. */
  function start() {
    clearTimeout(timer);
    timer = undefined;
    if (!original) return;
    const { share } = mask;
    if (task === "hide" && (share === 0 || share === 1)) {
      painter.show(original);
      answers.rest(original, share ? "All is hidden: erase a part." : "Paint over what the model should fill in.");
      return;
    }
    answers.begin();
    const amount = { hide: 0, noise: sigma, small: factor }[task];
    const content = new Uint8Array(original.length + (task === "hide" ? mask.bits.length : 0));
    content.set(original);
    if (task === "hide") content.set(mask.bits, original.length);
    const condition = data.condition ?? null;
    search.start({ task, amount, draws, seed, condition }, content);
  }

  /** The same while something moves: not at every move, so that there is something to see. */
  function soon() {
    timer ??= setTimeout(start, WHILE_PAINTING);
  }

  /**
   * @param {import("./search.js").Answer} answer
   * @param {Uint8Array} pixels
   */
  function answered(answer, pixels) {
    if (answer.error && original) answers.rest(original, answer.error);
    else if (answer.seen) painter.show(task === "hide" && original ? original : pixels);
    else if (answer.plain) answers.showPlain(answer, pixels);
    else {
      answers.show(answer, pixels);
      if (answer.progress === 1) report.setValue("z", answers.code);
    }
  }

  function otherNoise() {
    seed += 1;
    start();
  }

  // -- what a person changes -----------------------------------------------------------------------------------
  function changed() {
    undo.disabled = !mask.canUndo;
    start();
    report.setValue("mask", mask.toText());
  }

  /** @param {() => void} change of the mask */
  function edit(change) {
    mask.begin();
    change();
    painter.draw();
    changed();
  }

  function back() {
    if (!mask.canUndo || task !== "hide") return;
    mask.undo();
    painter.draw();
    changed();
  }

  /** @param {number} fresh */
  async function go(fresh) {
    if (!(fresh >= 0 && fresh < data.images)) return;
    row = fresh;
    which.value = `${row}`;
    await look();
    report.setValue("row", row);
  }

  async function look() {
    const wanted = row;
    const pixels = await pictures.get(wanted);
    if (wanted === row) setImage(pixels, data.originals ? `original, image ${row}` : `decoded, image ${row}`);
  }

  /**
   * @param {Uint8Array} pixels
   * @param {string} caption
   */
  function setImage(pixels, caption) {
    original = pixels;
    answers.original.show(pixels, 0, caption);
    painter.show(pixels);
    start();
  }

  /** @param {Task} fresh */
  function setTask(fresh) {
    task = fresh;
    arrange();
    start();
    report.setValue("task", task);
  }

  function arrange() {
    brush.element.hidden = task !== "hide";
    noise.hidden = task !== "noise";
    few.hidden = task !== "small";
    painter.enabled = task === "hide";
    painter.draw();
  }

  /** @param {number} fresh */
  function moveLevel(fresh) {
    sigma = fresh;
    soon();
  }

  /** @param {number} fresh */
  function setLevel(fresh) {
    sigma = fresh;
    start();
    report.setValue("sigma", sigma);
  }

  /** @param {number} fresh */
  function setFactor(fresh) {
    factor = fresh;
    start();
    report.setValue("factor", factor);
  }

  /** @param {boolean} fresh */
  function setDraws(fresh) {
    draws = fresh;
    several.setAttribute("aria-pressed", `${draws}`);
    start();
    report.setValue("draws", draws);
  }

  onImageDrop(element, async (file) => setImage(await readImage(file, shape), "your image"));
  several.setAttribute("aria-pressed", `${draws}`);
  component.parentElement.append(element);
  arrange();
  look();
  element.dataset.ready = "true";

  return {
    update(component) {
      report.update(component);
      const { condition, version } = component.data;
      const isOther = condition !== data.condition || version !== data.version;
      data = component.data;
      if (isOther) start();
    },
    destroy() {
      clearTimeout(timer);
      report.stop();
      search.close();
      cleanup.run();
      element.remove();
    },
  };
}
