// The layer over the points: picks, paths, the lasso, the code in view, the pointer of the keyboard.

import { context2d } from "../canvas.js";
import { h } from "../dom.js";
import { apart } from "./class_names.js";
import { drawCross, drawDot, drawLine, drawMarks, drawText } from "./pen.js";

const PICK = "#eb5757";
const HERE = "#f2994a";
const FONT = "600 14px system-ui, sans-serif";
const MANY_PICKS = 500;

/** @typedef {import("./geometry.js").Point} Point */

/**
 * Everything in pixels of the screen.
 * @typedef {object} Marks
 * @property {Point[]} picks
 * @property {Point[][]} groups that are compared
 * @property {import("./class_names.js").Name[]} names of classes
 * @property {Point[][]} lines
 * @property {Point[] | null} lasso
 * @property {Point | null} here the code in view
 * @property {Point | null} frame of the film that is shown
 * @property {Point | null} cross where the keyboard points
 */

export class Overlay {
  #ratio = 1;

  constructor() {
    this.canvas = h("canvas", {
      class: "over",
      tabIndex: 0,
      role: "application",
      "aria-label":
        "Map of the test images. Arrow keys move the pointer, plus and minus zoom, Enter picks, Escape lets go.",
    });
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {number} ratio device pixels per pixel
   */
  resize(width, height, ratio) {
    this.#ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
  }

  /** @param {Marks} marks */
  draw({ picks, groups, names, lines, lasso, here, frame, cross }) {
    const { canvas } = this;
    const pen = context2d(canvas);
    pen.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    pen.clearRect(0, 0, canvas.width / this.#ratio, canvas.height / this.#ratio);
    groups.forEach((points, index) => drawMarks(pen, points, index));
    drawPicks(pen, picks);
    pen.font = FONT;
    for (const line of lines) drawLine(pen, line, PICK);
    for (const { text, at } of apart(names, (text) => pen.measureText(text).width + 6)) drawText(pen, at, text);
    if (lasso) {
      pen.fillStyle = "rgba(235, 87, 87, .12)";
      drawLine(pen, [...lasso, lasso[0]], PICK);
      pen.fill();
    }
    if (here) drawDot(pen, here, HERE, 8);
    if (frame) drawDot(pen, frame, PICK, 7);
    if (cross) drawCross(pen, cross, PICK);
    canvas.dataset.frames = `${Number(canvas.dataset.frames ?? 0) + 1}`;
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Point[]} picks
 */
function drawPicks(pen, picks) {
  const many = picks.length > MANY_PICKS;
  pen.strokeStyle = PICK;
  pen.lineWidth = many ? 1 : 2;
  for (const [x, y] of picks) {
    pen.beginPath();
    pen.arc(x, y, many ? 4 : 7, 0, 2 * Math.PI);
    pen.stroke();
  }
}
