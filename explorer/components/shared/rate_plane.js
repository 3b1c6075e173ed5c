// The plane of rate and distortion: a run's curve over β, other runs as dots, and the β in view.

import { svg } from "./dom.js";
import { number } from "./numbers.js";

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [360, 230, 46, 10, 12, 34];

/** @typedef {{title: string, colour: string, rate: number, distortion: number}} OtherRun */

/** @typedef {import("./beta.js").Curve} Curve */

/**
 * @param {number} left
 * @param {number} top
 * @param {string} content
 * @param {"start" | "middle" | "end"} anchor
 */
function text(left, top, content, anchor) {
  return svg("text", { x: left, y: top, "text-anchor": anchor }, content);
}

/**
 * What the axes reach, and where on the drawing a rate and a distortion lie.
 * @param {Curve} curve
 * @param {OtherRun[]} others
 * @returns {{right: number, low: number, high: number, x: (rate: number) => number, y: (distortion: number) => number}}
 */
export function scales(curve, others) {
  const rates = [...curve.rate, ...others.map(({ rate }) => rate)];
  const distortions = [...curve.distortion, ...others.map(({ distortion }) => distortion)];
  const right = Math.max(...rates) * 1.05 || 1;
  const [low, high] = [Math.min(...distortions), Math.max(...distortions)];
  const room = 0.06 * (high - low) || 1;
  return {
    right,
    low,
    high,
    x: (rate) => LEFT + (rate / right) * (WIDTH - LEFT - RIGHT),
    y: (distortion) => TOP + ((high + room - distortion) / (high - low + 2 * room)) * (HEIGHT - BOTTOM - TOP),
  };
}

export class Plane {
  #dot = svg("circle", { r: 6, class: "here" });
  #runs = svg("g");

  /**
   * @param {Curve} curve
   * @param {OtherRun[]} others
   */
  constructor(curve, others) {
    this.curve = curve;
    this.scales = scales(curve, others);
    const { right, low, high, x, y } = this.scales;
    const [end, foot] = [WIDTH - RIGHT, HEIGHT - BOTTOM];
    this.element = svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": "Rate–distortion curve" },
      svg("path", { class: "axes", d: `M${LEFT} ${TOP}V${foot}H${end}` }),
      svg("polyline", {
        class: "curve",
        points: curve.rate.map((rate, step) => `${x(rate)},${y(curve.distortion[step])}`).join(" "),
      }),
      this.#runs,
      this.#dot,
      text(end, HEIGHT - 6, "rate", "end"),
      text(LEFT + 6, 18, "distortion", "start"),
      text(LEFT, foot + 15, "0", "middle"),
      text(end, foot + 15, number(right, 0), "end"),
      text(LEFT - 6, y(low) + 4, number(low, 0), "end"),
      text(LEFT - 6, y(high) + 4, number(high, 0), "end"),
    );
    this.showRuns(others);
  }

  /** @param {OtherRun[]} others */
  showRuns(others) {
    const { x, y } = this.scales;
    const dots = others.map(({ title, colour, rate, distortion }) => {
      const reading = `${title}: rate ${number(rate, 1)}, distortion ${number(distortion, 1)}`;
      return svg("circle", { cx: x(rate), cy: y(distortion), r: 5, fill: colour }, svg("title", {}, reading));
    });
    this.#runs.replaceChildren(...dots);
  }

  /** @param {number} step of β */
  showStep(step) {
    this.#dot.setAttribute("cx", `${this.scales.x(this.curve.rate[step])}`);
    this.#dot.setAttribute("cy", `${this.scales.y(this.curve.distortion[step])}`);
  }
}
