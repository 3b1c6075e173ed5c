// One of the compared runs: its image, and the strip of the dimension that is moved.

import { Cleanup, connect } from "../shared/component.js";
import { h } from "../shared/dom.js";
import { mainImage } from "../shared/main_image.js";
import { number } from "../shared/numbers.js";
import { paintStrip, stripCanvas } from "../shared/strip.js";
import { STEPS, movedCode, signature, stripCodes } from "./moves.js";

const WEAK = 0.5; // correlation below which dimensions hardly belong together

/**
 * @typedef {import("../shared/component.js").RunProps & import("./moves.js").ComparedRun &
 *   {title: string, condition: number | null}} RunViewProps
 */

/**
 * Where the sliders of the reference stand.
 * @typedef {object} Sliders
 * @property {Float64Array} move how far each dimension is moved
 * @property {number} dim the one that is moved now
 * @property {number} low end of its slider
 * @property {number} high
 */

/**
 * @param {import("./moves.js").Match | null} match
 * @param {number} dim of the reference
 * @param {boolean} isReference
 * @returns {string} which dimension of a run moves
 */
export function matchText(match, dim, isReference) {
  if (!match) return "no dimension is left to match";
  return isReference ? `z${dim}` : `z${match.dim} · r = ${number(match.r)}${match.sign < 0 ? ", reversed" : ""}`;
}

export class RunView {
  #cleanup = new Cleanup();
  #strip;
  #caption = h("div", { class: "caption" });
  /** @type {Sliders | null} those whose strip is not drawn yet */
  #waiting = null;
  #signature = "";

  /**
   * @param {RunViewProps} run
   * @param {RunViewProps} reference
   * @param {() => void} gone
   */
  constructor(run, reference, gone) {
    this.run = run;
    this.reference = reference;
    this.#strip = stripCanvas(`${run.title}, along the dimension that is moved`);
    const { connection, status } = connect(run.run, run.condition, this.#cleanup, gone);
    this.connection = connection;
    this.main = mainImage(connection, run.shape, `${run.title}, decoded`);
    this.#cleanup.add(this.main.remove, connection.add({ limit: 1, next: () => this.#next() }));
    const strip = h("div", { class: "run-strip" }, this.#strip, this.#caption);
    this.element = h(
      "div",
      { class: "run", "data-run": run.run },
      h("div", { class: "title" }, run.title),
      status,
      h("div", { class: "run-images" }, this.main.canvas, strip),
    );
  }

  #next() {
    const sliders = this.#waiting;
    if (!sliders || !this.run.matches[sliders.dim]) return null;
    this.#waiting = null;
    return {
      codes: stripCodes(this.run, this.reference, sliders.move, sliders.dim, sliders.low, sliders.high),
      /** @param {Uint8Array} pixels */
      done: (pixels) => paintStrip(this.#strip, pixels, this.run.shape, STEPS),
      lost: () => (this.#waiting ??= sliders),
    };
  }

  /**
   * @param {Sliders} sliders
   * @param {number} time when it moved
   */
  show(sliders, time) {
    const { run, reference } = this;
    this.main.show(movedCode(run, reference, sliders.move), time);
    const now = signature(sliders.move, sliders.dim);
    if (this.#signature !== now) this.#waiting = { ...sliders, move: sliders.move.slice() };
    this.#signature = now;
    const match = run.matches[sliders.dim];
    this.#caption.textContent = matchText(match, sliders.dim, run === reference);
    this.element.dataset.weak = `${match !== null && Math.abs(match.r) < WEAK}`;
    this.connection.poll();
  }

  /**
   * Another image: its code, and the class or β to draw it under.
   * @param {RunViewProps} fresh
   */
  setImage({ z, condition }) {
    this.run.z = z;
    if (condition != null) this.connection.condition = condition;
    this.#signature = "";
  }

  destroy() {
    this.#cleanup.run();
  }
}
