// One of the two images: its number, its picture, and its code.

import { paint } from "../shared/canvas.js";
import { button } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { codeOfImage } from "../shared/source.js";

/**
 * @typedef {object} PartnerProps
 * @property {number} row the test image
 * @property {number[]} z its code
 * @property {number | null} label its class
 */

export class Partner {
  #canvas;
  #field;
  #props;

  /**
   * @param {"A" | "B"} name
   * @param {import("../shared/component.js").RunProps & {images: number, codes: string | null}} data
   * @param {PartnerProps} props
   * @param {import("../shared/pictures.js").Pictures} pictures
   * @param {(here: boolean) => void} changed called when a person chooses another image; here: its code has come
   */
  constructor(name, data, props, pictures, changed) {
    this.#props = props;
    this.data = data;
    this.pictures = pictures;
    this.changed = changed;
    this.#canvas = h("canvas", { class: "pixels", role: "img", "aria-label": `Image ${name}` });
    this.#field = h("input", {
      type: "number",
      class: "which",
      min: 0,
      max: Math.max(0, data.images - 1),
      "aria-label": `Test image ${name}`,
      onchange: () => {
        this.go(this.#field.valueAsNumber);
      },
    });
    const random = button("Random", () => this.go(Math.floor(Math.random() * data.images)), `Any test image as ${name}`);
    this.element = h(
      "figure",
      { class: "partner" },
      h("div", { class: "title" }, name === "A" ? "A: content" : "B: style"),
      this.#canvas,
      h("span", { class: "joined" }, random, this.#field),
    );
  }

  get row() {
    return this.#props.row;
  }

  get z() {
    return this.#props.z;
  }

  get label() {
    return this.#props.label;
  }

  /** @param {number} row */
  async go(row) {
    if (!(row >= 0 && row < this.data.images)) return;
    const code = await codeOfImage(this.data.run, { ...this.data, row: null, originals: true }, row);
    if (code) this.set({ row, z: Array.from(code.z), label: code.label });
    else this.#props = { ...this.#props, row };
    this.changed(code !== null);
  }

  /** @param {PartnerProps} props */
  set(props) {
    this.#props = props;
    this.show();
  }

  async show() {
    const { row } = this.#props;
    this.#field.value = `${row}`;
    const pixels = await this.pictures.get(row);
    if (row === this.#props.row) paint(this.#canvas, pixels, this.data.shape);
  }
}
