// Traverse for models whose code is a grid of words: pick a cell, see what the nearest words would say there, swap.

import { h, number, rounded } from "../shared/dom.js";
import { Live, announce, single, statusLine } from "../shared/live.js";
import { paint } from "../shared/pixels.js";
import { drawFromPrior, tensors } from "../shared/tensors.js";
import { sourceImage } from "../shared/source.js";
import { publish, subscribe } from "../shared/bus.js";
import { Report } from "../shared/report.js";
import { LatentMap } from "../map/map.js";

const CANDIDATES = 24;

/**
 * data: run, version, shape, side (cells along a side), words (the codebook, K rows of numbers), uses (how often the
 * test images say each), z, row, codes (file of the test images' codes, or null), images, originals, map or null.
 */
export function mount(component) {
  const { parentElement } = component;
  let { data } = component;
  const report = new Report(component, (known, name) => known[name]);
  const { run, shape, side, words } = data;
  const live = Live.open(run);
  const source = sourceImage(data, goToImage);
  const me = {};
  const count = side * side;
  const depth = words[0].length;
  const undo = [];
  const reported = new Set();
  let z = Float64Array.from(data.z);
  let row = data.row;
  let cell = Math.floor(side / 2) * side + Math.floor(side / 2);
  let shown = []; // the words that the candidates stand for
  let wanted = true;

  const main = h("canvas", { class: "pixels main", role: "img", "aria-label": "Decoded from the words" });
  const painter = single(live, (pixels, asked, code) => {
    paint(main, pixels, shape);
    main.dataset.z = Array.from(code).join(",");
    announce(main, asked);
  });

  // -- words -----------------------------------------------------------------------------------------------
  function vectorAt(code, place) {
    return Array.from({ length: depth }, (_, dim) => code[dim * count + place]);
  }

  function put(code, place, word) {
    const changed = Float64Array.from(code);
    words[word].forEach((value, dim) => (changed[dim * count + place] = value));
    return changed;
  }

  function distances(vector) {
    return words.map((word) => Math.hypot(...word.map((value, dim) => value - vector[dim])));
  }

  function nearest(vector) {
    const found = distances(vector);
    return found.indexOf(Math.min(...found));
  }

  /** Every cell says a word: whatever else a code holds is read as the nearest. */
  function spelled(code) {
    let found = Float64Array.from(code);
    for (let place = 0; place < count; place++) found = put(found, place, nearest(vectorAt(code, place)));
    return found;
  }

  // -- the grid over the image -----------------------------------------------------------------------------
  const cells = Array.from({ length: count }, (_, place) =>
    h("button", {
      type: "button",
      class: "cell",
      role: "gridcell",
      onclick: () => choose(place),
      onkeydown: (event) => step(event, place),
    }),
  );
  const grid = h("div", { class: "cells", role: "grid", "aria-label": "Cells of the code" }, ...cells);
  grid.style.setProperty("--side", side);

  function step(event, place) {
    const [down, right] =
      { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [];
    if (down === undefined) return;
    event.preventDefault();
    const top = Math.floor(place / side) + down;
    const left = (place % side) + right;
    if (top < 0 || left < 0 || top >= side || left >= side) return;
    choose(top * side + left);
    cells[cell].focus();
  }

  function choose(place) {
    cell = place;
    show();
  }

  // -- candidates ------------------------------------------------------------------------------------------
  const title = h("div", { class: "title" });
  const candidates = Array.from({ length: Math.min(CANDIDATES, words.length) }, (_, index) => {
    const canvas = h("canvas", { class: "pixels" });
    const caption = h("figcaption");
    const element = h(
      "button",
      { type: "button", class: "candidate", onclick: () => swap(shown[index]) },
      canvas,
      caption,
    );
    return { element, canvas, caption };
  });
  const bars = words.map((_, word) =>
    h("button", { type: "button", class: "word", tabIndex: -1, onclick: () => swap(word) }),
  );
  const most = Math.max(...data.uses, 1);
  const total = data.uses.reduce((sum, uses) => sum + uses, 0) || 1;
  bars.forEach((bar, word) => {
    bar.style.setProperty("--share", `${(100 * data.uses[word]) / most}%`);
    bar.title = `word ${word}: ${number((100 * data.uses[word]) / total, 1)} % of all cells`;
  });

  const removeCandidates = live.add({
    limit: 1,
    pull() {
      if (!wanted) return null;
      wanted = false;
      const asked = shown;
      const codes = new Float32Array(asked.length * z.length);
      asked.forEach((word, index) => codes.set(put(z, cell, word), index * z.length));
      return {
        codes,
        done: (pixels) => candidates.forEach(({ canvas }, index) => paint(canvas, pixels, shape, index)),
        lost: () => (wanted = true),
      };
    },
  });

  function show(asked = performance.now()) {
    const far = distances(vectorAt(z, cell));
    const now = far.indexOf(Math.min(...far));
    shown = far
      .map((_, word) => word)
      .sort((a, b) => far[a] - far[b])
      .slice(0, candidates.length);
    title.textContent = `Row ${Math.floor(cell / side) + 1}, column ${(cell % side) + 1} says word ${now}. Nearest words:`;
    candidates.forEach(({ element, caption }, index) => {
      const word = shown[index];
      caption.textContent = `${word} · ${number(far[word])}`;
      element.setAttribute("aria-label", `Swap in word ${word}, ${number(far[word])} away`);
      element.setAttribute("aria-pressed", word === now);
    });
    bars.forEach((bar, word) => bar.toggleAttribute("data-now", word === now));
    cells.forEach((button, place) => {
      const said = place === cell ? now : nearest(vectorAt(z, place));
      button.setAttribute(
        "aria-label",
        `Row ${Math.floor(place / side) + 1}, column ${(place % side) + 1}: word ${said}`,
      );
      button.setAttribute("aria-selected", place === cell);
      button.tabIndex = place === cell ? 0 : -1;
    });
    wanted = true;
    painter.show(z, asked);
    live.wake();
    publish(run, { z: Array.from(z) }, me);
    source.show(row);
  }

  // -- moving ----------------------------------------------------------------------------------------------
  function jump(code, from = null) {
    undo.push({ z, row });
    if (undo.length > 100) undo.shift();
    go(Float64Array.from(rounded(spelled(code))), from);
  }

  function swap(word) {
    jump(put(z, cell, word));
  }

  function go(code, from) {
    z = code;
    row = from;
    undoButton.disabled = !undo.length;
    show();
    const kept = rounded(z);
    reported.add(kept.join(","));
    report.say("z", { z: kept, row });
  }

  function back() {
    const before = undo.pop();
    if (before) go(before.z, before.row);
  }

  async function goToImage(image) {
    if (!data.codes || !(image >= 0 && image < data.images)) return;
    const { mu } = await tensors(run, data.codes);
    jump(mu.data.subarray(image * z.length, (image + 1) * z.length), image);
    source.set(image);
  }

  const undoButton = h(
    "button",
    { type: "button", title: "Back to the code before (Ctrl+Z)", disabled: true, onclick: back },
    "Undo",
  );
  const status = statusLine(live, () => report.gone());
  const map = data.map ? new LatentMap({ ...data.map, z: Array.from(z) }) : null;
  const element = h(
    "div",
    {
      class: "betascope codes",
      onkeydown: (event) => event.key === "z" && (event.ctrlKey || event.metaKey) && (event.preventDefault(), back()),
    },
    h(
      "div",
      { class: "tools" },
      h("button", { type: "button", onclick: async () => jump(await drawFromPrior(run)) }, "Random draw"),
      ...source.tools,
      undoButton,
    ),
    status.element,
    h(
      "div",
      { class: "stage-and-words" },
      h(
        "div",
        { class: "stage" },
        h("div", { class: "board" }, main, grid),
        h("div", { class: "beside" }, source.figure),
        map?.element,
      ),
      h(
        "div",
        {},
        title,
        h("div", { class: "candidates" }, ...candidates.map(({ element }) => element)),
        h("div", { class: "title" }, "How often the test images say each word"),
        h("div", { class: "uses" }, ...bars),
      ),
    ),
  );
  parentElement.append(element);
  const unsubscribe = subscribe(run, me, (message) => {
    if (message.go) jump(message.go, message.row ?? null);
  });
  show();
  element.dataset.ready = "true";

  return {
    update(component) {
      report.update(component);
      const fresh = component.data;
      data = { ...data, map: fresh.map };
      if (fresh.z.join(",") === data.z.join(",")) return;
      data = { ...data, z: fresh.z, row: fresh.row };
      if (reported.has(fresh.z.join(","))) return; // our own words coming back
      z = Float64Array.from(fresh.z);
      row = fresh.row;
      show();
    },
    destroy() {
      report.stop();
      unsubscribe();
      map?.destroy();
      status.stop();
      painter.remove();
      removeCandidates();
      live.close();
      element.remove();
    },
  };
}
