// Traverse: a slider per latent dimension, the image that follows the thumb, and the strip of all dimensions.

import { h, choice, number, pingPong, play, rounded } from "../shared/dom.js";
import { Live, announce, single, statusLine } from "../shared/live.js";
import { paint, paintAt, paintChange } from "../shared/pixels.js";
import { drawFromPrior, encode, tensors } from "../shared/tensors.js";
import { sourceImage } from "../shared/source.js";
import { publish, subscribe } from "../shared/bus.js";
import { Report } from "../shared/report.js";
import { LatentMap } from "../map/map.js";
import { betaSlider, codesAlong } from "../shared/beta.js";

const STEPS = 11;
const VISIBLE = 12;
const COLLAPSED = 0.01; // nats below which a dimension carries nothing
const PERIOD = 4; // seconds from one end of a slider to the other and back
const REACHES = [2, 3, 4, 6];

/**
 * data: run, version, shape [C, H, W], z, reach, order, collapsed, weights, unit, centre, deviation, prior (centre and
 * deviation are those of N(0, I)), condition (class or β), rates (curve over β) or null, codes (file of
 * the test images' codes, or null), images (how many), row (test image the code is of, or null), originals, map (what
 * a LatentMap takes) or null, factors (names, share of each that a dimension tells, where it was found) or null.
 */
export function mount(component) {
  const { parentElement } = component;
  let { data } = component;
  const report = new Report(component, (known, name) => known[name]);
  const { run, shape } = data;
  const live = Live.open(run, data.condition);
  const source = sourceImage(data, goToImage);
  const me = {};
  const dims = data.order.length;
  const undo = [];
  const reported = new Set();
  let z = Float64Array.from(data.z);
  let reach = data.reach;
  let row = data.row;
  let current = null; // pixels of the main image
  let pinned = null;
  let stopPlaying = null;

  // -- the image -------------------------------------------------------------------------------------------
  const main = h("canvas", {
    class: "pixels main",
    role: "img",
    "aria-label": "Decoded from the sliders",
    title: "Drop an image file here to see what the model makes of it",
  });
  const reference = h("canvas", { class: "pixels small", role: "img", "aria-label": "Pinned image" });
  const change = h("canvas", {
    class: "pixels small",
    role: "img",
    "aria-label": "Change since the pin: red brighter, blue darker",
  });
  const changeWords = h("figcaption");
  const pinFigure = h("figure", { hidden: true }, reference, h("figcaption", {}, "pinned"));
  const changeFigure = h("figure", { hidden: true }, change, changeWords);
  const painter = single(live, (pixels, asked, shown) => {
    current = paint(main, pixels, shape);
    main.dataset.z = Array.from(shown).join(",");
    announce(main, asked);
    compare();
  });

  function compare() {
    if (!pinned || !current) return;
    const mean = paintChange(change, current, pinned, shape);
    changeWords.textContent = `change ${number(mean, 3)}`;
  }

  function pin() {
    pinned = pinned || !current ? null : current.slice();
    if (pinned) paint(reference, pinned, shape);
    pinFigure.hidden = changeFigure.hidden = !pinned;
    pinButton.textContent = pinned ? "Unpin" : "Pin";
    pinButton.setAttribute("aria-pressed", Boolean(pinned));
    compare();
  }

  // -- sliders and strips ----------------------------------------------------------------------------------
  const rates = data.rates;
  const most = Math.max(...(rates?.per_dim[0] ?? data.weights), 1e-9);
  const collapsed = new Set(data.collapsed);
  const rows = data.order.map((dim) => makeRow(dim));
  const byDim = new Map(rows.map((found) => [found.dim, found]));
  let version = 0;
  let next = 0;

  function low(dim) {
    return data.centre[dim] - reach * data.deviation[dim];
  }
  function high(dim) {
    return data.centre[dim] + reach * data.deviation[dim];
  }
  function step(dim) {
    return (2 * reach * data.deviation[dim]) / 300;
  }

  function makeRow(dim) {
    const weight = data.weights[dim];
    const slider = h("input", {
      type: "range",
      class: "slider",
      "aria-label": `z${dim}, ${number(weight)} ${data.unit}`,
    });
    const value = h("output", { class: "value" });
    const strip = h("canvas", { class: "strip", role: "img", "aria-label": `Traversal of z${dim}: click to go there` });
    const animate = h(
      "button",
      {
        type: "button",
        class: "icon",
        title: `Animate z${dim}`,
        "aria-label": `Animate z${dim}`,
        onclick: () => toggle(dim),
      },
      "▶",
    );
    const bar = h("span", { class: "bar" });
    const weighed = h("span");
    const weights = h("span", { class: "weight" }, bar, weighed);
    const label = h(
      "div",
      { class: "label", title: "Double-click puts it back to the middle" },
      h("span", { class: "name" }, `z${dim}`, value),
      weights,
      animate,
    );
    const element = h(
      "div",
      { class: "row", "data-dim": `${dim}` },
      label,
      h("div", { class: "track" }, strip, slider),
      ...(data.factors ? [tells(dim)] : []),
    );
    slider.addEventListener("pointerdown", () => begin());
    slider.addEventListener("keydown", (event) => {
      if (event.key.startsWith("Arrow") || ["Home", "End", "PageUp", "PageDown"].includes(event.key)) begin();
    });
    slider.addEventListener("input", (event) => move(dim, slider.valueAsNumber, event.timeStamp));
    slider.addEventListener("change", () => commit());
    slider.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        begin();
        const steps = Math.sign(event.deltaX - event.deltaY) * (event.shiftKey ? 1 : 5);
        move(dim, Math.min(high(dim), Math.max(low(dim), z[dim] + steps * step(dim))), event.timeStamp);
        commitSoon();
      },
      { passive: false },
    );
    const reset = () => {
      begin();
      move(dim, data.centre[dim]);
      commit();
    };
    slider.addEventListener("dblclick", reset);
    label.addEventListener("dblclick", (event) => event.target !== animate && reset());
    strip.addEventListener("click", (event) => {
      const box = strip.getBoundingClientRect();
      const cell = Math.min(STEPS - 1, Math.floor(((event.clientX - box.left) / box.width) * STEPS));
      begin();
      move(dim, cellValue(dim, cell), event.timeStamp);
      commit();
    });
    const setWeight = (value, silent = value < COLLAPSED) => {
      bar.style.setProperty("--share", `${(100 * Math.max(0, value)) / most}%`);
      weighed.textContent = number(value);
      weights.title = `${number(value, 3)} ${data.unit}`;
      element.toggleAttribute("data-collapsed", silent);
    };
    setWeight(weight, collapsed.has(dim));
    return { dim, element, slider, value, strip, animate, setWeight, painted: -1, shown: true };
  }

  /** What a dimension is said to do: a cell for each factor, the fuller the more it tells of it beside all others. */
  function tells(dim) {
    const { names, share, where } = data.factors;
    const fullest = Math.max(...share.flat(), 1e-9);
    const cells = names.map((name, at) => {
      const percent = Math.round(100 * share[dim][at]);
      const cell = h("span", { title: `z${dim} tells ${percent} % of ${name} (${where})` });
      cell.style.setProperty("--share", `${(100 * share[dim][at]) / fullest}%`);
      return cell;
    });
    const best = share[dim].indexOf(Math.max(...share[dim]));
    const words = `z${dim} tells most of ${names[best]}: ${Math.round(100 * share[dim][best])} %`;
    return h("div", { class: "tells", role: "img", "aria-label": words }, ...cells);
  }

  /** The factors' names over their cells. */
  function namesOfFactors() {
    const names = data.factors.names.map((name) => h("span", {}, name));
    return h("div", { class: "heads", "aria-hidden": "true" }, h("div", { class: "tells" }, ...names));
  }

  function cellValue(dim, cell) {
    return low(dim) + ((high(dim) - low(dim)) * cell) / (STEPS - 1);
  }

  /** One row of the strip at a time, in turn, each at the newest code: no row starves during a drag. */
  const strips = {
    limit: 2,
    pull() {
      for (let tried = 0; tried < rows.length; tried++) {
        const found = rows[next];
        next = (next + 1) % rows.length;
        if (!found.shown || found.painted === version || unchanged(found)) continue;
        return request(found);
      }
      return null;
    },
  };

  /** A dimension's own row holds all its values: only the others move it. */
  function unchanged(found) {
    if (found.others !== signature(found.dim)) return false;
    found.painted = version;
    return true;
  }

  function signature(dim) {
    let text = `${reach}|${live.condition}`;
    for (let other = 0; other < dims; other++) if (other !== dim) text += `,${z[other]}`;
    return text;
  }

  function request(found) {
    const codes = new Float32Array(STEPS * dims);
    for (let cell = 0; cell < STEPS; cell++) {
      codes.set(z, cell * dims);
      codes[cell * dims + found.dim] = cellValue(found.dim, cell);
    }
    const asked = version;
    found.painted = asked;
    found.others = signature(found.dim);
    return {
      codes,
      done(pixels) {
        paintAt(found.strip, pixels, shape, CELLS, STEPS, 1);
        found.strip.dispatchEvent(new CustomEvent("row", { bubbles: true, composed: true }));
      },
      lost() {
        found.painted = -1;
        found.others = null;
      },
    };
  }
  const removeStrips = live.add(strips);

  // -- moving ----------------------------------------------------------------------------------------------
  let begun = false;
  let timer = null;

  /** Before anything moves: stop what plays, and remember where we were. */
  function begin() {
    stop();
    if (begun) return;
    begun = true;
    undo.push(Float64Array.from(z));
    if (undo.length > 100) undo.shift();
    undoButton.disabled = false;
  }

  function move(dim, value, asked) {
    z[dim] = Math.round(value * 1e4) / 1e4;
    row = null;
    show(asked, dim);
  }

  function commit() {
    clearTimeout(timer);
    begun = false;
    const kept = rounded(z);
    reported.add(kept.join(","));
    reported.add(`${live.condition}`);
    report.say("z", { z: kept, row, condition: live.condition });
  }

  function commitSoon() {
    clearTimeout(timer);
    timer = setTimeout(commit, 300);
  }

  function jump(code, from = null) {
    begin();
    z = Float64Array.from(rounded(code));
    row = from;
    show();
    commit();
  }

  function show(asked = performance.now(), only = null) {
    version += 1;
    painter.show(z, asked);
    live.wake();
    if (only === null) rows.forEach(place);
    else place(byDim.get(only));
    publish(run, { z: Array.from(z) }, me);
    source.show(row);
  }

  function place(found) {
    const { dim, slider, value } = found;
    slider.value = z[dim];
    value.textContent = number(z[dim]);
    slider.setAttribute("aria-valuetext", `z${dim} = ${number(z[dim])}`);
    found.element.dataset.outside = z[dim] < low(dim) - 1e-9 || z[dim] > high(dim) + 1e-9;
  }

  function setReach(value) {
    reach = value;
    for (const { dim, slider } of rows) {
      slider.min = low(dim);
      slider.max = high(dim);
      slider.step = step(dim);
    }
  }

  // -- playing ---------------------------------------------------------------------------------------------
  let playing = null;

  function stop() {
    stopPlaying?.();
    stopPlaying = null;
    if (playing !== null) {
      const { animate } = byDim.get(playing);
      animate.textContent = "▶";
      animate.setAttribute("aria-pressed", false);
      playing = null;
      commit();
    }
  }

  function toggle(dim) {
    const again = playing === dim;
    stop();
    if (again) return;
    begin();
    playing = dim;
    const { animate } = byDim.get(dim);
    animate.textContent = "❚❚";
    animate.setAttribute("aria-pressed", true);
    const share = Math.min(1, Math.max(0, (z[dim] - low(dim)) / (high(dim) - low(dim))));
    stopPlaying = play((seconds, now) => {
      const place = pingPong(seconds + (share * PERIOD) / 2, PERIOD);
      move(dim, low(dim) + place * (high(dim) - low(dim)), now);
    });
  }

  // -- where to begin --------------------------------------------------------------------------------------
  async function goToImage(wanted) {
    if (!data.codes || !(wanted >= 0 && wanted < data.images)) return;
    const { mu, labels } = await tensors(run, data.codes);
    if (labels && classes.childElementCount) setClass(labels.data[wanted]);
    await lookAlong(wanted);
    const own = mu.data.subarray(wanted * dims, (wanted + 1) * dims);
    jump(along?.row === wanted ? along.at(control.step) : own, wanted);
    source.set(wanted);
  }

  async function dropped(file) {
    if (!file?.type.startsWith("image/")) return;
    const [channels, height, width] = shape;
    const bitmap = await createImageBitmap(file);
    const small = new OffscreenCanvas(width, height).getContext("2d");
    small.imageSmoothingQuality = "high";
    const side = Math.min(bitmap.width, bitmap.height);
    small.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, width, height);
    const rgba = small.getImageData(0, 0, width, height).data;
    const pixels = new Uint8Array(width * height * channels);
    for (let place = 0; place < width * height; place++) {
      const [r, g, b] = rgba.subarray(4 * place, 4 * place + 3);
      if (channels === 3) pixels.set([r, g, b], 3 * place);
      else pixels[place] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    }
    jump(await encode(run, pixels, live.condition));
    pinned = pixels;
    paint(reference, pinned, shape);
    pinFigure.hidden = changeFigure.hidden = false;
    pinButton.textContent = "Unpin";
    compare();
  }

  const pinButton = h(
    "button",
    { type: "button", title: "Keep this image beside the live one and see what changes", onclick: pin },
    "Pin",
  );
  const undoButton = h(
    "button",
    { type: "button", title: "Back to the code before (Ctrl+Z)", disabled: true, onclick: back },
    "Undo",
  );
  const span = choice(
    "Range of the sliders",
    REACHES.map((value) => [value, `±${value}σ`]),
    reach,
    (value) => {
      setReach(value);
      rows.forEach(place);
      version += 1;
      live.wake();
      report.say("reach", value);
    },
  );

  function back() {
    const before = undo.pop();
    if (!before) return;
    stop();
    z = before;
    row = null;
    show();
    commit();
    undoButton.disabled = !undo.length;
  }

  const status = statusLine(live, () => report.gone());
  const classes = h("select", { onchange: () => (setClass(Number(classes.value)), commit()) });
  const labels = h("label", { class: "classes", hidden: true }, "Class ", classes);
  const stopClasses = live.watch((state, hello) => {
    if (state.name !== "open" || !hello.classes || classes.childElementCount) return;
    for (let label = 0; label < hello.classes; label++)
      classes.append(h("option", { value: `${label}` }, data.classNames?.[label] ?? `${label}`));
    labels.hidden = false;
    setClass(live.condition);
  });

  /** What a conditional model is told to draw. */
  function setClass(label) {
    live.condition = label;
    classes.value = `${label}`;
    show();
  }

  // A model that is told β: the code of the image in view is looked up, any other stays where it is.
  let along = null;
  const control = rates ? betaSlider(rates, rates.at, setBeta, () => commit()) : null;

  function setBeta(step, asked) {
    stop();
    live.condition = rates.betas[step];
    rows.forEach((found) => found.setWeight(rates.per_dim[step][found.dim]));
    if (row !== null && along?.row === row) z = Float64Array.from(rounded(along.at(step)));
    show(asked);
  }

  async function lookAlong(wanted) {
    if (!control || wanted === null || along?.row === wanted) return;
    const codes = await codesAlong(run, data.version, [wanted]).catch(() => null);
    if (codes) along = { row: wanted, at: (step) => codes.subarray(step * dims, (step + 1) * dims) };
  }

  // Its clicks reach us by the bus; nothing else of a small map needs to be remembered.
  const map = data.map ? new LatentMap({ ...data.map, z: Array.from(z) }) : null;
  const folds = [];
  // Where β moves, what is silent may speak again: nothing is folded away for it.
  const silent = rates ? [] : rows.filter((found) => collapsed.has(found.dim));
  const active = rows.filter((found) => !silent.includes(found));
  const list = h("div", { class: "rows" }, ...active.slice(0, VISIBLE).map((found) => found.element));
  for (const [found, text] of [
    [active.slice(VISIBLE), "more dimensions"],
    [silent, "collapsed: these carry nothing"],
  ]) {
    if (!found.length) continue;
    found.forEach((one) => (one.shown = false));
    const fold = h(
      "details",
      {
        ontoggle: () => {
          found.forEach((one) => (one.shown = fold.open));
          live.wake();
        },
      },
      h("summary", {}, `${found.length} ${text}`),
      ...found.map((one) => one.element),
    );
    folds.push(fold);
  }

  const element = h(
    "div",
    {
      class: "betascope traversal",
      onkeydown: (event) => event.key === "z" && (event.ctrlKey || event.metaKey) && (event.preventDefault(), back()),
    },
    h(
      "div",
      { class: "tools" },
      h("button", { type: "button", onclick: () => jump(data.centre) }, data.prior ? "Prior mean" : "Mean code"),
      h("button", { type: "button", onclick: async () => jump(await drawFromPrior(run)) }, "Random draw"),
      ...source.tools,
      undoButton,
      pinButton,
      labels,
      span.element,
    ),
    status.element,
    h(
      "div",
      { class: "stage-and-rows" },
      h(
        "div",
        { class: "stage" },
        main,
        h("div", { class: "beside" }, source.figure, pinFigure, changeFigure),
        map?.element,
      ),
      h("div", { class: "lists" }, control?.element, data.factors && namesOfFactors(), list, ...folds),
    ),
  );
  element.addEventListener("dragover", (event) => event.preventDefault());
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    dropped(event.dataTransfer.files[0]);
  });
  parentElement.append(element);

  const unsubscribe = subscribe(run, me, (message) => {
    if (message.go) jump(message.go, message.row ?? null);
    lookAlong(row);
  });
  lookAlong(row);
  setReach(reach);
  show();
  element.dataset.ready = "true";

  return {
    update(component) {
      report.update(component);
      const fresh = component.data;
      if (map && fresh.map && fresh.map.map !== data.map.map) map.update({ ...fresh.map, z: Array.from(z) });
      data = { ...data, map: fresh.map, codes: fresh.codes };
      if (fresh.condition != null && !reported.has(`${fresh.condition}`)) {
        if (control) {
          control.set(fresh.rates.at);
          setBeta(fresh.rates.at);
        } else setClass(fresh.condition);
      }
      if (fresh.z.join(",") === data.z.join(",")) return;
      data = { ...data, z: fresh.z, row: fresh.row };
      if (reported.has(fresh.z.join(","))) return; // our own words coming back
      stop();
      z = Float64Array.from(fresh.z);
      row = fresh.row;
      show();
    },
    destroy() {
      report.stop();
      stop();
      control?.stop();
      clearTimeout(timer);
      unsubscribe();
      map?.destroy();
      stopClasses();
      status.stop();
      painter.remove();
      removeStrips();
      live.close();
      element.remove();
    },
  };
}

const CELLS = Array.from({ length: STEPS }, (_, cell) => cell);
