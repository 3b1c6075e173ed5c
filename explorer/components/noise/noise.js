// Why random? Draws around one image's code at every frame, with a dial on the noise: at 0 a plain autoencoder.

import { Animation } from "../shared/animation.js";
import { Cleanup, connect } from "../shared/component.js";
import { button } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { formula, normal, reparameterised, vector } from "../shared/learn/gaussian.js";
import { dot, ellipse, Plane } from "../shared/learn/plane.js";
import { steadyView } from "../shared/learn/view.js";
import { mainImage } from "../shared/main_image.js";
import { number } from "../shared/numbers.js";
import { Report } from "../shared/report.js";
import { fetchTensors } from "../shared/server.js";

const TRAIL = 90; // draws that stay in view

/**
 * @typedef {object} NoiseFields
 * @property {string} codes the file of the test images' codes
 * @property {number} images how many there are
 * @property {string[]} palette
 * @property {string} title of the model
 */

/** @typedef {import("../shared/component.js").RunProps & NoiseFields} NoiseProps */

/**
 * @param {import("../shared/component.js").Component<NoiseProps>} component
 * @returns {import("../shared/component.js").View<NoiseProps>}
 */
export function mount(component) {
  const { data } = component;
  const { run, shape } = data;
  const cleanup = new Cleanup();
  const report = new Report(component);
  const { connection, status } = connect(run, null, cleanup, () => report.emitGone());
  const image = mainImage(connection, shape, "What the decoder makes of z");
  const animation = new Animation();
  /** @type {import("../shared/encoding.js").Posterior} */
  let code = { mu: new Float32Array(2), sigma: new Float32Array(2) };
  /** @type {Float32Array[]} the newest last */
  let trail = [];
  let scale = 1;
  let draws = 0;
  /** @type {{mu: Float32Array, sigma: Float32Array | null} | null} of the test images */
  let all = null;

  const plane = new Plane("The plane of codes. Press and drag, or use the arrow keys, to move μ", marks, {
    at: () => code.mu,
    moved(z) {
      code = { mu: Float32Array.from(z), sigma: nearestSpread(z) };
      trail = [];
      tick();
    },
  });
  const bounds = { type: "range", min: "0", max: "2", step: "0.01", value: "1" };
  const slider = h("input", { ...bounds, class: "dial", "aria-label": "How much of the noise is added" });
  slider.addEventListener("input", () => setScale(slider.valueAsNumber));
  const value = h("output", {}, "× 1.00");
  const text = formula("A draw", [
    ["μ", "mean of the code"],
    ["σ", "its spread"],
    ["ε", "a draw from N(0, I), another one at each frame"],
    ["z = μ + s · σ · ε", "what is decoded"],
  ]);
  const play = button("Pause", toggle);
  const another = button("Another image", () => choose(Math.floor(Math.random() * data.images)));
  const element = h(
    "div",
    { class: "betascope learn noise" },
    status,
    h(
      "div",
      { class: "flow" },
      h("figure", {}, plane.element, h("figcaption", {}, `${data.title}: press and drag to move μ`)),
      h(
        "figure",
        {},
        image.canvas,
        h("figcaption", {}, "the decoder’s image of z"),
        h("label", { class: "turned" }, "noise s", slider, value),
        h("div", { class: "tools" }, play, another),
      ),
    ),
    text.element,
  );
  component.parentElement.append(element);

  /** @param {Plane} plane @param {CanvasRenderingContext2D} context */
  function marks(plane, context) {
    const line = getComputedStyle(element).color;
    trail.forEach((z, at) => {
      context.fillStyle = `rgba(242, 153, 74, ${(0.75 * (at + 1)) / trail.length})`;
      dot(plane, context, z, at === trail.length - 1 ? 6 : 2.4);
    });
    context.strokeStyle = line;
    context.lineWidth = 1.5;
    for (const times of [1, 2]) ellipse(plane, context, code.mu, code.sigma.map((spread) => scale * spread), times);
    context.fillStyle = line;
    dot(plane, context, code.mu, 3.5);
  }

  function tick() {
    const noise = Float32Array.from({ length: 2 }, () => normal());
    const z = reparameterised(code, noise, scale);
    trail.push(z);
    if (trail.length > TRAIL) trail.shift();
    draws += 1;
    image.show(z);
    plane.draw();
    Object.assign(element.dataset, { z: z.join(","), mu: code.mu.join(","), sigma: code.sigma.join(","), draws: `${draws}`, scale: `${scale}` });
    const texts = { μ: vector(code.mu), σ: vector(code.sigma), ε: vector(noise), "z = μ + s · σ · ε": vector(z) };
    text.set(texts, scale > 0 ? ["ε", "z = μ + s · σ · ε"] : []);
  }

  /** @param {number} wanted */
  function setScale(wanted) {
    scale = wanted;
    trail = [];
    value.textContent = `× ${number(scale)}`;
    tick();
  }

  /**
   * The spread that the encoder gives an image whose code lies nearby; none of an encoder without noise.
   * @param {ArrayLike<number>} z
   * @returns {Float32Array}
   */
  function nearestSpread(z) {
    if (!all?.sigma) return new Float32Array(2);
    let [best, least] = [0, Infinity];
    for (let row = 0; row < all.mu.length / 2; row++) {
      const distance = (all.mu[2 * row] - z[0]) ** 2 + (all.mu[2 * row + 1] - z[1]) ** 2;
      if (distance < least) [best, least] = [row, distance];
    }
    return all.sigma.slice(2 * best, 2 * best + 2);
  }

  /** @param {number} row */
  function choose(row) {
    if (!all) return;
    code = { mu: all.mu.slice(2 * row, 2 * row + 2), sigma: all.sigma?.slice(2 * row, 2 * row + 2) ?? new Float32Array(2) };
    trail = [];
    tick();
  }

  function toggle() {
    const runs = !animation.stop();
    play.textContent = runs ? "Pause" : "Play";
    if (runs) animation.start(tick);
  }

  async function load() {
    try {
      const { mu, logvar, labels } = await fetchTensors(run, data.codes);
      const spread = /** @type {Float32Array | undefined} */ (logvar?.data)?.map((value) => Math.exp(value / 2)) ?? null;
      all = { mu: /** @type {Float32Array} */ (mu.data), sigma: spread };
      plane.setCodes({ xy: all.mu, labels: labels?.data ?? null }, data.palette);
      choose(0);
    } catch (error) {
      console.info(`No codes: ${error}`);
    }
    element.dataset.ready = "true";
  }

  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  cleanup.add(image.remove, () => animation.stop());
  load();
  if (still) play.textContent = "Play";
  else animation.start(tick);

  return steadyView(report, element, cleanup);
}
