// Home: a model that plays by itself, one dimension after the other, from images that came with the page.

import { Animation } from "../shared/animation.js";
import { context2d, countPaint } from "../shared/canvas.js";
import { iconButton } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";
import { placeAt } from "./sweep.js";
import { SweepRow } from "./sweep_row.js";

const RATE = 31; // pictures a second at most: what plays for as long as the page is open leaves the processor half of its frames

/**
 * @typedef {object} RowProps
 * @property {number} dim
 * @property {string} title what it moves
 * @property {string} detail
 * @property {number} start where the code stands, 0 … 1
 */

/**
 * @typedef {object} FeaturedProps
 * @property {import("../shared/component.js").Shape} shape of one image
 * @property {string} sheet the address of a picture with a row of `frames` images for each dimension
 * @property {number} frames
 * @property {RowProps[]} rows
 * @property {string} name of the run
 */

/**
 * @param {import("../shared/component.js").Component<FeaturedProps>} component
 * @returns {import("../shared/component.js").View<FeaturedProps>}
 */
export function mount(component) {
  const { shape, sheet, frames, rows, name } = component.data;
  const [, height, width] = shape;
  const animation = new Animation();
  const starts = rows.map(({ start }) => start);
  let stopped = matchMedia("(prefers-reduced-motion: reduce)").matches; // by the person, until the button says otherwise
  let played = 0; // seconds
  let at = { row: 0, place: starts[0] };
  let painted = ""; // row and frame of the image in view
  let inView = true;

  const image = new Image();
  image.src = sheet;
  const canvas = h("canvas", { class: "pixels main", role: "img", "aria-label": `Images of ${name}`, width, height });
  const views = rows.map((row, index) => {
    const source = { image, top: index * height, width, height, frames };
    return new SweepRow(row, source, { show: (place) => show(index, place), choose: (place) => choose(index, place) });
  });
  const playing = iconButton("❚❚", "Pause", () => {
    stopped = !stopped;
    if (stopped) pause();
    else play();
    mark();
  });
  const jump = h("button", { class: "jump", "aria-label": `Traverse ${name} from here`, onclick: () => choose(at.row, at.place) }, canvas);
  const element = h(
    "div",
    { class: "betascope featured" },
    h("div", { class: "stage" }, jump, playing),
    h("div", { class: "sweeps" }, ...views.map((view) => view.element)),
  );

  /**
   * @param {number} row
   * @param {number} place on its strip, 0 … 1
   */
  function show(row, place) {
    at = { row, place };
    for (const [index, view] of views.entries()) view.mark(index === row ? place : null);
    const frame = Math.round(clamp(place, 0, 1) * (frames - 1));
    if (painted === `${row} ${frame}`) return;
    painted = `${row} ${frame}`;
    context2d(canvas).drawImage(image, frame * width, row * height, width, height, 0, 0, width, height);
    countPaint(canvas);
  }

  /**
   * @param {number} row
   * @param {number} place
   */
  function choose(row, place) {
    component.setTriggerValue("go", { dim: rows[row].dim, place });
  }

  function play() {
    if (stopped || !inView || animation.running) return;
    const before = played;
    animation.start((seconds) => {
      if (before + seconds - played < 1 / RATE) return;
      played = before + seconds;
      const { row, place } = placeAt(played, starts);
      show(row, place);
    });
  }

  function pause() {
    animation.stop();
  }

  function mark() {
    playing.textContent = stopped ? "▶" : "❚❚";
    playing.setAttribute("aria-label", stopped ? "Play" : "Pause");
  }

  element.addEventListener("pointerenter", pause);
  element.addEventListener("pointerleave", play);
  element.addEventListener("focusin", (event) => {
    if (event.target instanceof Element && event.target.matches(":focus-visible")) pause();
  });
  element.addEventListener("focusout", play);
  component.parentElement.append(element);
  const observer = new IntersectionObserver((entries) => {
    inView = entries[entries.length - 1].isIntersecting;
    if (!inView) pause();
    else if (element.dataset.ready && !element.matches(":hover, :has(:focus-visible)")) play();
  });
  observer.observe(element);
  mark();
  image.decode().then(() => {
    if (!element.isConnected) return;
    for (const view of views) view.draw();
    show(0, starts[0]);
    play();
    element.dataset.ready = "true";
  });

  return {
    update(fresh) {
      component = fresh;
    },
    destroy() {
      pause();
      observer.disconnect();
      element.remove();
    },
  };
}
