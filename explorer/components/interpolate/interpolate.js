// Interpolate: keyframes on a time line, scrubbed and played live, with the path on a map.

import { Animation, pingPong } from "../shared/animation.js";
import { publish, subscribe } from "../shared/bus.js";
import { Cleanup, connect } from "../shared/component.js";
import { button, choice } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { mainImage } from "../shared/main_image.js";
import { miniMap } from "../shared/map/mini_map.js";
import { News } from "../shared/news.js";
import { clamp } from "../shared/numbers.js";
import { Report } from "../shared/report.js";
import { imageUnder, paintStrip, stripCanvas } from "../shared/strip.js";
import { codeAt, codesAlong, legAt } from "./paths.js";
import { TimeLine } from "./time_line.js";

const FRAMES = 12; // images of the strip
const FINE = 16 * FRAMES; // points of the path on the map
const LEG = 2; // seconds from one keyframe to the next

/** @typedef {import("./time_line.js").Keyframe} Keyframe */

/** @type {[mode: import("./paths.js").Mode, text: string, title: string][]} */
const MODES = [
  ["linear", "Linear", "The straight line"],
  ["spherical", "Spherical", "Along the sphere that the prior’s mass lies near"],
];

/**
 * @typedef {object} InterpolationFields
 * @property {Keyframe[]} keyframes
 * @property {import("./paths.js").Mode} mode
 * @property {number} at the place on the path, 0 … 1
 * @property {number | null} condition the class or β in view
 * @property {boolean} originals whether test images can be shown
 * @property {import("../shared/map/props.js").MapProps | null} map
 */

/** @typedef {import("../shared/component.js").RunProps & InterpolationFields} InterpolationProps */

/**
 * @param {import("../shared/component.js").Component<InterpolationProps>} component
 * @returns {import("../shared/component.js").View<InterpolationProps>}
 */
export function mount(component) {
  let { data } = component;
  let { keyframes, mode, at } = data;
  const { run, shape } = data;
  const cleanup = new Cleanup();
  const report = new Report(component, (known, name) =>
    name === "keys" ? known.keyframes.map(({ text }) => text) : known[/** @type {keyof InterpolationProps} */ (name)],
  );
  const { connection, status } = connect(run, data.condition, cleanup, () => report.emitGone());
  const animation = new Animation();
  const places = new News(at);
  const owner = component.owner ?? {};
  let isStripOld = true;

  const main = mainImage(connection, shape, "Decoded along the path");
  const caption = h("div", { class: "caption" });
  const timeLine = new TimeLine(connection, data, data.originals, {
    go: jump,
    remove(keyframe) {
      const others = keyframes.filter((other) => other !== keyframe);
      report.setValue(
        "keys",
        others.map(({ text }) => text),
      );
    },
  });
  const strip = stripCanvas("The path in steps: click to go there");
  const slider = h("input", {
    type: "range",
    class: "slider",
    min: 0,
    max: 1,
    step: 0.001,
    "aria-label": "Place on the path",
    oninput: (event) => {
      stop();
      go(slider.valueAsNumber, event.timeStamp);
    },
    onchange: commit,
  });
  const playing = button("▶ Play", () => (animation.running ? stop() : play()));
  const modes = choice("Path", MODES, mode, (value) => {
    mode = value;
    renew();
    report.setValue("mode", value);
  });
  const map = miniMap(data.map, cleanup);
  const removeStrip = connection.add({
    limit: 1,
    next() {
      if (!isStripOld) return null;
      isStripOld = false;
      return {
        codes: Float32Array.from(codesAlong(codes(), FRAMES, mode).flat()),
        done: (pixels) => paintStrip(strip, pixels, shape, FRAMES),
        lost: () => (isStripOld = true),
      };
    },
  });
  strip.addEventListener("click", (event) => jump(imageUnder(event, strip, FRAMES) / (FRAMES - 1), event.timeStamp));
  const element = h(
    "div",
    { class: "betascope interpolation" },
    status,
    h(
      "div",
      { class: "walk" },
      h("div", { class: "stage" }, main.canvas, main.spoken, caption),
      h(
        "div",
        { class: "line" },
        timeLine.element,
        h("div", { class: "track" }, strip, slider),
        h("div", { class: "tools" }, playing, modes),
        map.element,
      ),
    ),
  );

  function codes() {
    return keyframes.map(({ z }) => z);
  }

  /**
   * @param {number} place 0 … 1
   * @param {number} [time] when it was moved
   */
  function go(place, time = performance.now()) {
    at = clamp(place, 0, 1);
    lookAt(codeAt(codes(), at, mode), time);
  }

  /**
   * @param {ArrayLike<number>} z the code at this place of the path
   * @param {number} [time]
   */
  function lookAt(z, time) {
    main.show(z, time);
    publish(run, { z: Array.from(z), at }, owner);
    slider.value = `${at}`;
    caption.textContent = describe(keyframes, at);
    slider.setAttribute("aria-valuetext", caption.textContent);
  }

  /**
   * @param {number} place
   * @param {number} [time]
   */
  function jump(place, time) {
    stop();
    go(place, time);
    commit();
  }

  function commit() {
    const place = Math.round(at * 1000) / 1000;
    places.report(place);
    main.say(caption.textContent ?? "");
    report.setValue("at", place);
  }

  function play() {
    const period = 2 * LEG * Math.max(1, keyframes.length - 1);
    const begun = (at * period) / 2;
    playing.textContent = "❚❚ Pause";
    animation.start((seconds, now) => go(pingPong(seconds + begun, period), now));
  }

  function stop() {
    if (!animation.stop()) return;
    playing.textContent = "▶ Play";
    commit();
  }

  /** Show other keyframes, or another path between them. */
  function renew() {
    isStripOld = true;
    timeLine.show(keyframes);
    publish(run, { path: codesAlong(codes(), FINE, mode), keyframes }, owner);
    connection.poll();
    go(at);
  }

  component.parentElement.append(element);
  renew();
  const unsubscribe = subscribe(run, owner, ({ led }) => {
    if (!led || led.at < 0) return;
    stop();
    connection.condition = led.condition;
    at = led.at;
    lookAt(led.z);
  });
  element.dataset.ready = "true";

  return {
    update(component) {
      report.update(component);
      const fresh = component.data;
      map.update(fresh.map);
      const isOther =
        JSON.stringify(fresh.keyframes) !== JSON.stringify(keyframes) || fresh.condition !== data.condition;
      data = { ...data, condition: fresh.condition };
      connection.condition = fresh.condition ?? -1;
      const isMoved = places.take(fresh.at);
      if (isMoved) {
        stop();
        at = fresh.at;
      }
      if (isMoved && !isOther) go(at);
      if (!isOther) return;
      keyframes = fresh.keyframes;
      renew();
    },
    destroy() {
      report.stop();
      animation.stop();
      unsubscribe();
      publish(run, { path: null, keyframes: undefined }, owner);
      main.remove();
      removeStrip();
      timeLine.remove();
      cleanup.run();
      element.remove();
    },
  };
}

/**
 * @param {Keyframe[]} keyframes
 * @param {number} place 0 … 1
 * @returns {string} where it lies between the keyframes
 */
function describe(keyframes, place) {
  if (keyframes.length < 2) return keyframes[0].title;
  const { leg, share } = legAt(keyframes.length, place);
  return `${Math.round(100 * share)} % from ${keyframes[leg].title} to ${keyframes[leg + 1].title}`;
}
