// The cells of the code over the image; one of them is chosen, by mouse or by arrows.

import { h } from "../shared/dom.js";

/** @type {Record<string, [down: number, right: number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * The cell that an arrow leads to.
 * @param {number} cell
 * @param {string} key
 * @param {number} side
 * @returns {number | null | undefined} null beyond the edge; undefined for other keys
 */
export function neighbour(cell, key, side) {
  const arrow = ARROWS[key];
  if (!arrow) return undefined;
  const top = Math.floor(cell / side) + arrow[0];
  const left = (cell % side) + arrow[1];
  return top < 0 || left < 0 || top >= side || left >= side ? null : top * side + left;
}

/**
 * @param {number} cell
 * @param {number} side
 * @returns {string}
 */
export function placeOf(cell, side) {
  return `Row ${Math.floor(cell / side) + 1}, column ${(cell % side) + 1}`;
}

export class Cells {
  /**
   * @param {number} side
   * @param {() => void} changed called when another cell is chosen
   */
  constructor(side, changed) {
    this.side = side;
    this.changed = changed;
    this.chosen = Math.floor(side / 2) * side + Math.floor(side / 2);
    this.buttons = Array.from({ length: side * side }, (_, cell) =>
      h("button", {
        type: "button",
        class: "cell",
        role: "gridcell",
        onclick: () => this.#choose(cell),
        onkeydown: (event) => this.#step(event, cell),
      }),
    );
    const rows = Array.from({ length: side }, (_, row) =>
      h("div", { class: "line", role: "row" }, ...this.buttons.slice(row * side, (row + 1) * side)),
    );
    this.element = h("div", { class: "cells", role: "grid", "aria-label": "Cells of the code" }, ...rows);
    this.element.style.setProperty("--side", `${side}`);
  }

  /**
   * @param {KeyboardEvent} event
   * @param {number} cell
   */
  #step(event, cell) {
    const next = neighbour(cell, event.key, this.side);
    if (next === undefined) return;
    event.preventDefault();
    if (next === null) return;
    this.#choose(next);
    this.buttons[next].focus();
  }

  /** @param {number} cell */
  #choose(cell) {
    this.chosen = cell;
    this.changed();
  }

  /** @param {number[]} words of all cells */
  show(words) {
    this.buttons.forEach((button, cell) => {
      const chosen = cell === this.chosen;
      button.setAttribute("aria-label", `${placeOf(cell, this.side)}: word ${words[cell]}`);
      button.setAttribute("aria-selected", `${chosen}`);
      button.tabIndex = chosen ? 0 : -1;
    });
  }
}
