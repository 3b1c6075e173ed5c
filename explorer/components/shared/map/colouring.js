// What the points are coloured by: the choice, the legend, and the classes that are hidden.

import { h } from "../dom.js";
import { classNames } from "./class_names.js";
import { coloursOfClasses, coloursOfValues } from "./colours.js";
import { classLegend, scaleLegend } from "./legend.js";
import { valuesOf } from "./values.js";

/** @typedef {import("./legend.js").ColouringProps} ColouringProps */

const MANY_CLASSES = 20; // whose names would cover the points

export class Colouring {
  /** @type {import("../safetensors.js").Numbers} */
  #values = new Float32Array();
  /** @type {Set<number>} */
  #hidden = new Set();
  #name = "";
  /** @type {import("./class_names.js").Name[]} of the classes in view, at places of the map */
  names = [];

  /**
   * @param {ColouringProps[]} colourings
   * @param {string} name of the one to begin with
   * @param {(name: string) => void} chosen called when a person chooses another one
   * @param {() => void} toggled called when a class was hidden or shown
   */
  constructor(colourings, name, chosen, toggled) {
    this.toggled = toggled;
    this.legend = h("div", { class: "legend" });
    this.select = h("select", {
      "aria-label": "Colour",
      onchange: () => {
        chosen(this.select.value);
      },
    });
    for (const { name, label } of colourings) this.select.append(h("option", { value: name }, label));
    this.select.value = name;
  }

  /** The one in view. */
  get name() {
    return this.#name;
  }

  /**
   * @param {ColouringProps} colouring
   * @param {string[]} palette of classes
   * @param {import("./map_data.js").MapData} data
   * @returns {Uint8Array<ArrayBuffer>} rgba of the points
   */
  show(colouring, palette, { codes, count, xy }) {
    const { name, names, source } = colouring;
    if (this.#name !== name) this.#hidden.clear();
    this.#name = name;
    this.select.value = name;
    const values = (this.#values = valuesOf(source, codes, count));
    this.names = names && names.length <= MANY_CLASSES ? classNames(names, values, xy, this.#hidden) : [];
    if (!names) {
      this.legend.replaceChildren(...scaleLegend(colouring, values));
      return coloursOfValues(values);
    }
    const chips = classLegend(names, values, palette, this.#hidden, (index) => {
      if (!this.#hidden.delete(index)) this.#hidden.add(index);
      this.toggled();
    });
    this.legend.replaceChildren(...chips);
    return coloursOfClasses(values, palette, this.#hidden);
  }

  /**
   * @param {number} row
   * @returns {boolean} whether the point of an image is visible
   */
  isShown(row) {
    return !this.#hidden.size || !this.#hidden.has(this.#values[row]);
  }
}
