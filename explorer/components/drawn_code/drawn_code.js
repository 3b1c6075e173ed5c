// What is a code? A drawing, the Gaussian that the encoder makes of it, and images of draws from that.

import { Animation } from "../shared/animation.js";
import { paint } from "../shared/canvas.js";
import { Cleanup, connect } from "../shared/component.js";
import { button } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { posterior, prepareEncoder } from "../shared/encoding.js";
import { formula, normal, rates, reparameterised, vector } from "../shared/learn/gaussian.js";
import { Pad } from "../shared/learn/pad.js";
import { dot, ellipse, Plane } from "../shared/learn/plane.js";
import { steadyView } from "../shared/learn/view.js";
import { mainImage } from "../shared/main_image.js";
import { number } from "../shared/numbers.js";
import { Pictures } from "../shared/pictures.js";
import { Report } from "../shared/report.js";
import { fetchTensors } from "../shared/server.js";
import { Bars } from "./bars.js";

const AGAIN = 0.12; // seconds between two draws while they go on

/** @typedef {import("../shared/encoding.js").Posterior} Posterior */

/**
 * @typedef {object} CodeFields
 * @property {number} dims
 * @property {string} codes the file of the test images' codes
 * @property {number} images how many test images there are
 * @property {boolean} originals whether they can be shown
 * @property {string[]} palette
 */

/** @typedef {import("../shared/component.js").RunProps & CodeFields} CodeProps */

/**
 * @param {import("../shared/component.js").Component<CodeProps>} component
 * @returns {import("../shared/component.js").View<CodeProps>}
 */
export function mount(component) {
  const { data } = component;
  const { run, version, shape, dims } = data;
  const side = shape[1];
  const cleanup = new Cleanup();
  const report = new Report(component);
  const { connection, status } = connect(run, null, cleanup, () => report.emitGone());
  const image = mainImage(connection, shape, "What the decoder makes of z");
  const seen = h("canvas", { class: "pixels seen", role: "img", "aria-label": "The drawing as the encoder sees it" });
  const flat = dims === 2;
  const chart = flat
    ? new Plane("The plane of codes: test images as dots, the drawing's Gaussian as two ellipses, z as a ring", marks)
    : new Bars("Each dimension's mean and spread, and z as a dot", dims);
  const text = formula("The code of this drawing", [
    ["μ", "mean of the code"],
    ["σ", "spread of the code"],
    ["z = μ + σ · ε", "a draw from it"],
    ["rate", "nats that the code costs: KL(q(z|x) ‖ p(z))"],
  ]);
  const pad = new Pad(encodeSoon);
  const pictures = new Pictures(run, version);
  const animation = new Animation();
  /** @type {Posterior | null} */
  let code = null;
  /** @type {Float32Array} */
  let z = new Float32Array(dims);
  let [encoding, stale, destroyed, drawnAt] = [false, false, false, 0];

  const draws = button("Draw again", draw, "Another ε from N(0, 1)");
  const keep = button("Keep drawing", toggle, "Draw again and again");
  const test = button("A test image", take, "Put a test image on the pad");
  test.hidden = !data.originals;
  const element = h(
    "div",
    { class: "betascope learn drawn-code" },
    status,
    h(
      "div",
      { class: "flow" },
      h("figure", {}, pad.element, h("figcaption", {}, "x: draw a digit"), h("div", { class: "tools" }, button("Clear", () => pad.clear()), test)),
      h("figure", { class: "small" }, seen, h("figcaption", {}, `as the encoder sees it: ${side} × ${side}`)),
      h("figure", {}, chart.element, h("figcaption", {}, flat ? "q(z|x): one and two σ around μ" : "q(z|x): μ ± σ of each dimension")),
      h("figure", {}, image.canvas, h("figcaption", {}, "the decoder’s image of z"), h("div", { class: "tools" }, draws, keep)),
    ),
    text.element,
  );
  component.parentElement.append(element);

  /** @param {Plane} plane @param {CanvasRenderingContext2D} context */
  function marks(plane, context) {
    if (!code) return;
    context.strokeStyle = getComputedStyle(element).color;
    context.lineWidth = 2;
    for (const times of [1, 2]) ellipse(plane, context, code.mu, code.sigma, times);
    context.fillStyle = context.strokeStyle;
    dot(plane, context, code.mu, 3.5);
    context.fillStyle = "#f2994a";
    dot(plane, context, z, 6);
  }

  /** Encode the drawing; while that goes on, only the newest one waits. */
  async function encodeSoon() {
    stale = true;
    if (encoding) return;
    encoding = true;
    while (stale && !destroyed) {
      stale = false;
      const pixels = pad.digit(side);
      paint(seen, pixels, shape);
      if (pad.isEmpty) {
        code = null;
        show();
        continue;
      }
      try {
        code = await posterior(run, pixels, connection.condition);
        element.dataset.encoded = `${Number(element.dataset.encoded ?? 0) + 1}`;
        draw();
      } catch (error) {
        console.info(`No code: ${error}`);
      }
    }
    encoding = false;
  }

  function draw() {
    if (!code) return;
    z = reparameterised(code, Float32Array.from({ length: dims }, () => normal()));
    show(["z = μ + σ · ε"]);
  }

  /** @param {string[]} [changing] */
  function show(changing = ["μ", "σ", "z = μ + σ · ε", "rate"]) {
    element.dataset.z = code ? Array.from(z).join(",") : "";
    element.dataset.mu = code ? Array.from(code.mu).join(",") : "";
    element.dataset.sigma = code ? Array.from(code.sigma).join(",") : "";
    image.canvas.hidden = !code;
    if (code) image.show(z);
    if (chart instanceof Bars) chart.show(code, z);
    else chart.draw();
    const few = flat ? vector : (/** @type {ArrayLike<number>} */ values) => `${dims} numbers, the first ${number(values[0])}`;
    const total = code ? rates(code).reduce((sum, nats) => sum + nats, 0) : 0;
    text.set(
      code
        ? { μ: few(code.mu), σ: few(code.sigma), "z = μ + σ · ε": few(z), rate: `${number(total, 1)} nats` }
        : { μ: "–", σ: "–", "z = μ + σ · ε": "–", rate: "–" },
      code ? changing : [],
    );
  }

  function toggle() {
    const on = !animation.stop();
    keep.setAttribute("aria-pressed", `${on}`);
    drawnAt = 0;
    if (!on) return;
    animation.start((seconds) => {
      if (seconds - drawnAt < AGAIN) return;
      drawnAt = seconds;
      draw();
    });
  }

  async function take() {
    const row = Math.floor(Math.random() * data.images);
    const canvas = document.createElement("canvas");
    paint(canvas, await pictures.get(row), shape);
    if (!destroyed) pad.show(canvas);
  }

  async function load() {
    try {
      const { mu, labels } = await fetchTensors(run, data.codes);
      if (chart instanceof Plane) chart.setCodes({ xy: /** @type {Float32Array} */ (mu.data), labels: labels?.data ?? null }, data.palette);
    } catch (error) {
      console.info(`No codes: ${error}`);
    }
    element.dataset.ready = "true";
  }

  const stop = connection.watch((state) => state.name === "open" && prepareEncoder(run));
  cleanup.add(stop, image.remove, () => animation.stop(), () => (destroyed = true));
  load();
  if (!pad.isEmpty) encodeSoon();
  else if (data.originals) take();
  show();

  return steadyView(report, element, cleanup);
}
