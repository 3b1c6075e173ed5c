// One of the compared runs: its image, and the strip of the dimension in hand.

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
 * What a person does to the reference.
 * @typedef {object} Hand
 * @property {Float64Array} move how far each dimension is moved
 * @property {number} dim the one in hand
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
  #strip = stripCanvas();
  #caption = h("div", { class: "caption" });
  /** @type {Hand | null} the one whose strip is not drawn yet */
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
    const hand = this.#waiting;
    if (!hand || !this.run.matches[hand.dim]) return null;
    this.#waiting = null;
    return {
      codes: stripCodes(this.run, this.reference, hand.move, hand.dim, hand.low, hand.high),
      /** @param {Uint8Array} pixels */
      done: (pixels) => paintStrip(this.#strip, pixels, this.run.shape, STEPS),
      lost: () => (this.#waiting ??= hand),
    };
  }

  /**
   * @param {Hand} hand
   * @param {number} time when it moved
   */
  show(hand, time) {
    const { run, reference } = this;
    this.main.show(movedCode(run, reference, hand.move), time);
    const now = signature(hand.move, hand.dim);
    if (this.#signature !== now) this.#waiting = { ...hand, move: hand.move.slice() };
    this.#signature = now;
    const match = run.matches[hand.dim];
    this.#caption.textContent = matchText(match, hand.dim, run === reference);
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
