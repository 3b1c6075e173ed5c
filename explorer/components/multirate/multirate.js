// A multi-rate model among others: β under the thumb, the same test images at that β, and where it is on its curve.

import { h, number } from "../shared/dom.js";
import { betaSlider, codesAlong } from "../shared/beta.js";
import { Live, announce, statusLine } from "../shared/live.js";
import { paintAt } from "../shared/pixels.js";
import { Report } from "../shared/report.js";

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [360, 230, 46, 34];

/**
 * data: run, version, shape, rows (of the test images), at (step of the slider), curve {betas, rate, distortion,
 * images}, others [{title, colour, rate, distortion}] to draw beside the curve.
 */
export function mount(component) {
  const { parentElement } = component;
  let { data } = component;
  const { curve } = data;
  const report = new Report(component, (known) => curve.betas[known.at]);
  const live = Live.open(data.run, curve.betas[data.at]);
  const strip = h("canvas", { class: "strip", role: "img", "aria-label": "The test images at this β" });
  const dot = svg("circle", { r: 6, class: "here" });
  let codes = null;
  let wanted = 0;

  const control = betaSlider(curve, data.at, show, (step) => report.say("beta", curve.betas[step]));
  const remove = live.add({
    limit: 1,
    pull() {
      if (!wanted || !codes) return null;
      const [asked, step] = [wanted, control.step];
      wanted = 0;
      const count = data.rows.length;
      const steps = curve.betas.length;
      const dims = codes.length / count / steps;
      const chosen = new Float32Array(count * dims);
      for (let image = 0; image < count; image++) {
        const from = (image * steps + step) * dims;
        chosen.set(codes.subarray(from, from + dims), image * dims);
      }
      const beta = curve.betas[step];
      live.condition = beta;
      return {
        codes: chosen,
        done(pixels) {
          paintAt(strip, pixels, data.shape, [...data.rows.keys()], count, 1);
          strip.dataset.beta = beta;
          strip.dataset.painted = Number(strip.dataset.painted ?? 0) + 1;
          announce(strip, asked);
        },
        lost: () => (wanted ||= asked),
      };
    },
  });
  const status = statusLine(live, () => report.gone());
  const plane = drawPlane(curve, data.others, dot);

  function show(step, asked = performance.now()) {
    dot.setAttribute("cx", plane.x(curve.rate[step]));
    dot.setAttribute("cy", plane.y(curve.distortion[step]));
    wanted = asked;
    live.wake();
  }

  async function load() {
    const { rows } = data;
    const found = await codesAlong(data.run, data.version, rows).catch(() => null);
    if (rows !== data.rows) return;
    codes = found;
    element.dataset.ready = "true";
    show(control.step);
  }

  strip.style.aspectRatio = `${data.rows.length} / 1`;
  const element = h(
    "div",
    { class: "betascope multirate" },
    status.element,
    h(
      "div",
      { class: "halves" },
      control.element,
      h(
        "figure",
        {},
        plane.element,
        h("figcaption", {}, `Rate and distortion in nats, on ${curve.images} test images`),
      ),
    ),
    strip,
  );
  parentElement.append(element);
  load();

  return {
    update(component) {
      report.update(component);
      const before = data;
      data = component.data;
      if (JSON.stringify(before.others) !== JSON.stringify(data.others)) plane.draw(data.others);
      if (before.rows.join() === data.rows.join()) return (data.rows = before.rows);
      load();
    },
    destroy() {
      report.stop();
      control.stop();
      remove();
      status.stop();
      live.close();
      element.remove();
    },
  };
}

function svg(name, properties = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(properties)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** The curve, other runs as dots, and `dot` where the slider stands. */
function drawPlane(curve, others, dot) {
  const known = [...curve.rate, ...others.map(({ rate }) => rate)];
  const errors = [...curve.distortion, ...others.map(({ distortion }) => distortion)];
  const [left, right] = [0, Math.max(...known) * 1.05 || 1];
  const [low, high] = [Math.min(...errors), Math.max(...errors)];
  const room = 0.06 * (high - low) || 1;
  const x = (rate) => LEFT + ((rate - left) / (right - left)) * (WIDTH - LEFT - 12);
  const y = (distortion) => 10 + ((high + room - distortion) / (high - low + 2 * room)) * (HEIGHT - BOTTOM - 10);
  const runs = svg("g");
  const element = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": "Rate–distortion curve" },
    svg("path", { class: "axes", d: `M${LEFT} 10V${HEIGHT - BOTTOM}H${WIDTH - 12}` }),
    svg("polyline", {
      class: "curve",
      points: curve.rate.map((r, i) => `${x(r)},${y(curve.distortion[i])}`).join(" "),
    }),
    runs,
    dot,
    text(WIDTH - 12, HEIGHT - 6, "rate", "end"),
    text(LEFT + 6, 18, "distortion", "start"),
    text(LEFT, HEIGHT - BOTTOM + 15, "0", "middle"),
    text(WIDTH - 12, HEIGHT - BOTTOM + 15, number(right, 0), "end"),
    text(LEFT - 6, y(low) + 4, number(low, 0), "end"),
    text(LEFT - 6, y(high) + 4, number(high, 0), "end"),
  );

  function draw(others) {
    runs.replaceChildren(
      ...others.map(({ title, colour, rate, distortion }) =>
        svg(
          "circle",
          { cx: x(rate), cy: y(distortion), r: 5, fill: colour },
          svg("title", {}, `${title}: rate ${number(rate, 1)}, distortion ${number(distortion, 1)}`),
        ),
      ),
    );
  }

  function text(left, top, words, anchor) {
    return svg("text", { x: left, y: top, "text-anchor": anchor }, words);
  }

  draw(others);
  return { element, x, y, draw };
}
