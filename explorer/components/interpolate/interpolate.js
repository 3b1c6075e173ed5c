// Interpolate: keyframes on a time line, scrubbed and played live, with the path on a map.

import { h, choice, pingPong, play } from "../shared/dom.js";
import { publish } from "../shared/bus.js";
import { Live, announce, single, statusLine } from "../shared/live.js";
import { Report } from "../shared/report.js";
import { LatentMap } from "../map/map.js";
import { paint, paintAt } from "../shared/pixels.js";
import { Pictures } from "../shared/tensors.js";

const FRAMES = 12;
const LEG = 2; // seconds from one keyframe to the next

const PATHS = {
  linear: (a, b, t) => a.map((value, d) => value + t * (b[d] - value)),
  spherical(a, b, t) {
    const [lengthA, lengthB] = [norm(a), norm(b)];
    if (lengthA < 1e-6 || lengthB < 1e-6) return PATHS.linear(a, b, t);
    const cosine = a.reduce((sum, value, d) => sum + value * b[d], 0) / (lengthA * lengthB);
    const angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
    if (Math.sin(angle) < 1e-4) return PATHS.linear(a, b, t);
    const [wa, wb] = [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
    const length = lengthA + t * (lengthB - lengthA);
    return a.map((value, d) => length * ((wa * value) / lengthA + (wb * b[d]) / lengthB));
  },
};

function norm(z) {
  return Math.hypot(...z);
}

/** The code at `place` (0 … 1) of a walk through all keyframes, each leg as long as the others. */
export function codeAt(keyframes, place, mode) {
  const legs = keyframes.length - 1;
  if (!legs) return keyframes[0].z;
  const leg = Math.min(legs - 1, Math.floor(place * legs));
  return PATHS[mode](keyframes[leg].z, keyframes[leg + 1].z, place * legs - leg);
}

/** data: run, version, shape, keyframes [{text, title, z, row}], mode, at (0 … 1), originals, map (for LatentMap) or null. */
export function mount(component) {
  const { parentElement } = component;
  let { data } = component;
  const report = new Report(component, (known, name) =>
    name === "keys" ? known.keyframes.map(({ text }) => text) : known[name],
  );
  const live = Live.open(data.run, data.condition);
  const pictures = new Pictures(data.run, data.version);
  const me = {};
  let { keyframes, mode, at } = data;
  let stopPlaying = null;
  let stripWanted = true;

  const main = h("canvas", { class: "pixels main", role: "img", "aria-label": "Decoded along the path" });
  const words = h("div", { class: "caption" });
  const frames = h("div", { class: "keyframes" });
  const strip = h("canvas", { class: "strip", role: "img", "aria-label": "The path in steps: click to go there" });
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
    onchange: () => commit(),
  });
  const button = h("button", { type: "button", onclick: () => (stopPlaying ? stop() : start()) }, "▶ Play");
  const modes = choice(
    "Path",
    [
      ["linear", "Linear", "The straight line"],
      ["spherical", "Spherical", "Along the sphere that the prior’s mass lies near"],
    ],
    mode,
    (value) => {
      mode = value;
      renew();
      report.say("mode", value);
    },
  );
  const status = statusLine(live, () => report.gone());
  const map = data.map ? new LatentMap(data.map) : null;

  const painter = single(live, (pixels, asked, z) => {
    paint(main, pixels, data.shape);
    main.dataset.z = Array.from(z).join(",");
    announce(main, asked);
  });
  const removeStrip = live.add({
    limit: 1,
    pull() {
      if (!stripWanted) return null;
      stripWanted = false;
      const dims = keyframes[0].z.length;
      const codes = new Float32Array(FRAMES * dims);
      for (let frame = 0; frame < FRAMES; frame++)
        codes.set(codeAt(keyframes, frame / (FRAMES - 1), mode), frame * dims);
      return {
        codes,
        done: (pixels) =>
          paintAt(
            strip,
            pixels,
            data.shape,
            Array.from({ length: FRAMES }, (_, frame) => frame),
            FRAMES,
            1,
          ),
        lost: () => (stripWanted = true),
      };
    },
  });
  strip.addEventListener("click", (event) => {
    const box = strip.getBoundingClientRect();
    stop();
    go(Math.round(((event.clientX - box.left) / box.width) * FRAMES - 0.5) / (FRAMES - 1), event.timeStamp);
    commit();
  });

  function go(place, asked = performance.now()) {
    at = Math.min(1, Math.max(0, place));
    const z = Array.from(codeAt(keyframes, at, mode));
    painter.show(z, asked);
    publish(data.run, { z }, me);
    slider.value = at;
    const legs = keyframes.length - 1;
    const leg = Math.min(legs - 1, Math.floor(at * legs));
    words.textContent = legs
      ? `${Math.round(100 * (at * legs - leg))} % from ${keyframes[leg].title} to ${keyframes[leg + 1].title}`
      : keyframes[0].title;
    slider.setAttribute("aria-valuetext", words.textContent);
  }

  function commit() {
    report.say("at", Math.round(at * 1000) / 1000);
  }

  function start() {
    const legs = Math.max(1, keyframes.length - 1);
    const period = 2 * LEG * legs;
    const begun = at;
    button.textContent = "❚❚ Pause";
    stopPlaying = play((seconds, now) => go(pingPong(seconds + (begun * period) / 2, period), now));
  }

  function stop() {
    if (!stopPlaying) return;
    stopPlaying();
    stopPlaying = null;
    button.textContent = "▶ Play";
    commit();
  }

  function renew() {
    stripWanted = true;
    frames.replaceChildren(...keyframes.map(thumb));
    frames.style.setProperty("--count", keyframes.length);
    publish(
      data.run,
      { path: Array.from({ length: 16 * FRAMES }, (_, step) => codeAt(keyframes, step / (16 * FRAMES - 1), mode)) },
      me,
    );
    live.wake();
    go(at);
  }

  function thumb(keyframe, index) {
    const canvas = h("canvas", { class: "pixels" });
    const place = keyframes.length > 1 ? index / (keyframes.length - 1) : 0;
    const jump = h(
      "button",
      {
        type: "button",
        class: "jump",
        title: `Go to ${keyframe.title}`,
        onclick: () => {
          stop();
          go(place);
          commit();
        },
      },
      canvas,
    );
    const remove = h(
      "button",
      {
        type: "button",
        class: "icon remove",
        "aria-label": `Remove ${keyframe.title}`,
        hidden: keyframes.length < 3,
        onclick: () => {
          report.say(
            "keys",
            keyframes.filter((other) => other !== keyframe).map((other) => other.text),
          );
        },
      },
      "✕",
    );
    const element = h("figure", { class: "keyframe" }, jump, remove, h("figcaption", {}, keyframe.title));
    element.style.setProperty("--place", place);
    if (keyframe.row !== null && data.originals)
      pictures.get(keyframe.row).then((pixels) => paint(canvas, pixels, data.shape));
    else thumbs.push({ canvas, z: keyframe.z });
    return element;
  }

  const thumbs = []; // keyframes that no picture is of: decoded one by one
  const removeThumbs = live.add({
    limit: 1,
    pull() {
      const next = thumbs.shift();
      return next
        ? {
            codes: Float32Array.from(next.z),
            done: (pixels) => paint(next.canvas, pixels, data.shape),
            lost: () => thumbs.unshift(next),
          }
        : null;
    },
  });

  const element = h(
    "div",
    { class: "betascope interpolation" },
    status.element,
    h(
      "div",
      { class: "walk" },
      h("div", { class: "stage" }, main, words),
      h(
        "div",
        { class: "line" },
        frames,
        h("div", { class: "track" }, strip, slider),
        h("div", { class: "tools" }, button, modes.element),
        map?.element,
      ),
    ),
  );
  parentElement.append(element);
  renew();
  element.dataset.ready = "true";

  return {
    update(component) {
      report.update(component);
      const fresh = component.data;
      if (map && fresh.map && fresh.map.map !== data.map.map) map.update(fresh.map);
      const other =
        JSON.stringify(fresh.keyframes) !== JSON.stringify(data.keyframes) || fresh.condition !== data.condition;
      data = { ...data, keyframes: fresh.keyframes, map: fresh.map, condition: fresh.condition };
      live.condition = fresh.condition ?? -1;
      if (!other) return;
      keyframes = fresh.keyframes;
      renew();
    },
    destroy() {
      report.stop();
      stopPlaying?.();
      publish(data.run, { path: null }, me);
      map?.destroy();
      status.stop();
      painter.remove();
      removeStrip();
      removeThumbs();
      live.close();
      element.remove();
    },
  };
}
