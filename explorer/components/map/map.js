// Map: where the test images lie, and what the decoder draws between them.

import { h, choice, number, rounded } from "../shared/dom.js";
import { GRADIENT, rangeOf, shades, valuesOf } from "./colours.js";
import { Live, announce, single, statusLine } from "../shared/live.js";
import { paint } from "../shared/pixels.js";
import { publish, subscribe } from "../shared/bus.js";
import { Pictures, tensors } from "../shared/tensors.js";
import { FRAMES, Film } from "../shared/film.js";
import { drawCross, drawDot, drawLine, evenly, inside } from "./pen.js";
import { Report } from "../shared/report.js";
import { Scatter } from "./scatter.js";
import { Space } from "./space.js";

const REACH = 9; // pixels around the pointer within which a point is meant
const MANY = 20_000;
const MARGIN = 0.2; // of the width and height, drawn beyond each edge
const SETTLED = 120; // milliseconds without a move
const MOVING = 800; // milliseconds that points take to another map
const PICK = "#eb5757";
const HERE = "#f2994a";

let last = null; // the map that was on the screen before: its points move to where the next one has them

/**
 * data: run, version, images (which ones: two maps of the same share their rows), shape, map and codes (files of positions and codes), space ({kind, mean, axes}), colourings
 * ([{name, source, names, unit}]), colour (name), palette, picks (rows), z (where we are) or null, mini (only look).
 * report: who remembers what a person does here, if anybody.
 */
export class LatentMap {
  constructor(data, report = null) {
    this.data = data;
    this.report = report;
    this.live = Live.open(data.run, data.condition);
    this.pictures = new Pictures(data.run, data.version);
    this.picks = new Set(data.picks);
    this.here = data.z;
    this.path = null; // points [x, y] of a path that others walk
    this.drawn = null; // points of one drawn here
    this.hidden = new Set();
    this.mode = "look";
    this.centre = [0, 0];
    this.scale = 1;
    this.cursor = null;
    this.build();
    this.film = this.makeFilm();
    this.area.append(this.film.element);
    this.decoder = single(this.live, (pixels, asked) => this.showDecoded(pixels, asked));
    this.stopListening = subscribe(data.run, this, (message) => this.heard(message));
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.area);
    this.load();
  }

  // -- what it is made of ----------------------------------------------------------------------------------
  build() {
    const { data } = this;
    this.points = h("canvas", { class: "points" });
    this.over = h("canvas", {
      class: "over",
      tabIndex: 0,
      role: "application",
      "aria-label":
        "Map of the test images. Arrow keys move the pointer, plus and minus zoom, Enter picks, Escape lets go.",
    });
    this.tipImage = h("canvas", { class: "pixels" });
    this.tipWords = h("div", { class: "caption" });
    this.tip = h("div", { class: "tip", hidden: true, "aria-live": "polite" }, this.tipImage, this.tipWords);
    this.area = h("div", { class: "area" }, this.points, this.over, this.tip);
    this.legend = h("div", { class: "legend" });
    const select = h("select", { "aria-label": "Colour", onchange: () => this.colourBy(select.value) });
    for (const { name } of data.colourings) select.append(h("option", { value: name }, name));
    select.value = data.colour;
    this.select = select;
    this.modes = choice(
      "What dragging does",
      [
        ["look", "Move", "Drag to pan, wheel to zoom, click to pick"],
        ["lasso", "Lasso", "Drag around images to pick them"],
        ["path", "Path", "Drag a path and play it as a film"],
      ],
      "look",
      (mode) => {
        this.mode = mode;
        this.over.dataset.mode = mode;
      },
    );
    const reset = h("button", { type: "button", title: "All points in view (0)", onclick: () => this.fit() }, "Fit");
    this.status = statusLine(this.live, () => this.report?.gone());
    this.element = h(
      "div",
      { class: "betascope map", "data-mini": Boolean(data.mini) },
      data.mini
        ? null
        : h(
            "div",
            { class: "tools" },
            h("label", { class: "joined-label" }, "Colour ", select),
            this.modes.element,
            reset,
          ),
      data.mini ? null : this.status.element,
      this.area,
      data.mini ? null : this.legend,
    );
    this.listen();
  }

  async load() {
    const { data } = this;
    const start = performance.now();
    try {
      this.scatter ??= new Scatter(this.points);
    } catch (error) {
      console.info(`The map falls back: ${error.message}`);
      this.area.replaceChildren(h("p", { class: "caption" }, "This browser has no WebGL, which the live map needs."));
      return this.report?.say("webgl", false);
    }
    this.scatter.redraw = () => {
      this.lastDrawn = null;
      this.draw();
    };
    const [map, codes] = await Promise.all([tensors(data.run, data.map), tensors(data.run, data.codes)]);
    if (this.destroyed || data !== this.data) return;
    const arrived = performance.now();
    const from = this.view() ?? last;
    this.xy = map.positions.data;
    this.n = this.xy.length / 2;
    this.codes = codes;
    this.scatter.setPoints(this.xy);
    this.lastDrawn = null;
    this.colourBy(data.colour, false);
    this.space = new Space(this.xy, codes.mu.data, codes.mu.shape[1], data.space);
    this.resize();
    this.fit();
    this.moveFrom(from);
    this.draw();
    last = this.view();
    // The second frame from now begins when the first one is on the screen.
    requestAnimationFrame(() =>
      requestAnimationFrame((now) => {
        Object.assign(this.element.dataset, {
          ready: data.map,
          count: this.n,
          milliseconds: Math.round(now - arrived),
          total: Math.round(now - start),
        });
      }),
    );
  }

  view() {
    if (!this.xy) return null;
    const { xy, centre, scale, shown } = this;
    return { xy, centre: [...centre], scale, images: shown };
  }

  /** Let the points come from where they were on the screen, if they are the same images. */
  moveFrom(from) {
    this.shown = this.data.images;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!from || from.images !== this.shown || from.xy.length !== this.xy.length || this.n > MANY || still) return;
    const grown = from.scale / this.scale;
    const before = from.xy.map((value, i) => this.centre[i % 2] + (value - from.centre[i % 2]) * grown);
    this.scatter.setPoints(this.xy, before);
    const start = performance.now();
    const step = (now) => {
      if (this.destroyed) return;
      const way = Math.min(1, (now - start) / MOVING);
      this.share = way < 1 ? 1 - (1 - way) ** 3 : undefined;
      this.drawAnew();
      if (way < 1) requestAnimationFrame(step);
    };
    this.share = 0;
    requestAnimationFrame(step);
  }

  update(data) {
    const other = data.map !== this.data.map;
    const before = this.data;
    this.data = data;
    this.live.condition = data.condition ?? this.live.condition;
    if (data.picks.join() !== before.picks.join()) this.picks = new Set(data.picks);
    if (other) return this.load();
    if (data.colour !== before.colour && data.colour !== this.select.value) this.colourBy(data.colour, false);
    if (data.z && String(data.z) !== String(before.z)) this.here = data.z;
    this.redraw();
  }

  destroy() {
    this.destroyed = true;
    last = this.view() ?? last;
    clearTimeout(this.settling);
    this.film.destroy();
    this.resizer.disconnect();
    this.stopListening();
    this.status.stop();
    this.decoder.remove();
    this.live.close();
    this.scatter?.destroy();
    this.element.remove();
  }

  heard({ z, path }) {
    if (z) this.here = z;
    if (path !== undefined) this.path = path;
    this.redraw();
  }

  // -- view ------------------------------------------------------------------------------------------------
  resize() {
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const { width, height } = this.area.getBoundingClientRect();
    if (!width || !height) return;
    const grown = this.width ? width / this.width : 1;
    Object.assign(this, { width, height, ratio });
    for (const [canvas, wide] of [
      [this.points, 1 + 2 * MARGIN],
      [this.over, 1],
    ]) {
      canvas.width = Math.round(wide * width * ratio);
      canvas.height = Math.round(wide * height * ratio);
    }
    this.lastDrawn = null; // a canvas of another size is empty
    this.scale *= grown;
    if (this.space) this.draw();
  }

  fit() {
    if (!this.space) return;
    const { left, top, width, height } = this.space.grid.box;
    this.centre = [left + width / 2, top + height / 2];
    this.scale = 0.92 * Math.min(this.width / width, this.height / height);
    this.whole = this.scale;
    this.redraw();
  }

  toScreen([x, y]) {
    return [this.width / 2 + (x - this.centre[0]) * this.scale, this.height / 2 - (y - this.centre[1]) * this.scale];
  }

  toMap([x, y]) {
    return [this.centre[0] + (x - this.width / 2) / this.scale, this.centre[1] - (y - this.height / 2) / this.scale];
  }

  zoom(factor, [x, y]) {
    const before = this.toMap([x, y]);
    this.scale = Math.min(400 * this.whole, Math.max(0.2 * this.whole, this.scale * factor));
    const after = this.toMap([x, y]);
    this.centre = [this.centre[0] + before[0] - after[0], this.centre[1] + before[1] - after[1]];
    this.redraw();
  }

  redraw() {
    if (this.frame || !this.space) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      if (!this.destroyed) this.draw();
    });
  }

  draw() {
    this.drawPoints();
    const pen = this.over.getContext("2d");
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    this.drawPicks(pen);
    this.points.style.opacity = this.path || this.drawn ? 0.5 : 1;
    if (this.path)
      drawLine(
        pen,
        this.path.map((z) => this.toScreen(this.space.toPoint(z))),
        PICK,
      );
    if (this.drawn)
      drawLine(
        pen,
        this.drawn.map((point) => this.toScreen(point)),
        PICK,
      );
    if (this.lasso) this.drawLasso(pen);
    if (this.here) {
      const point = this.space.toPoint(this.here);
      this.element.dataset.here = point.map((value) => value.toFixed(4)).join(",");
      drawDot(pen, this.toScreen(point), HERE, 8);
    }
    if (this.filmPoint) drawDot(pen, this.toScreen(this.filmPoint), PICK, 7);
    if (this.cursor?.keys) drawCross(pen, this.cursor.at, PICK);
    this.over.dataset.frames = Number(this.over.dataset.frames ?? 0) + 1;
  }

  /**
   * Drawing many points takes longer than a frame where a processor must do it. While the view moves, the last drawing,
   * which reaches beyond the edges, is moved along instead, and drawn anew once the view rests or an edge would show.
   */
  drawPoints() {
    const { centre, scale, points } = this;
    const last = this.lastDrawn;
    clearTimeout(this.settling);
    if (last && last.colours === this.scatter.colours && last.width === points.width && last.height === points.height) {
      const grown = scale / last.scale;
      const [right, down] = [(last.centre[0] - centre[0]) * scale, (centre[1] - last.centre[1]) * scale];
      if (grown === 1 && !right && !down) return void (points.style.transform = "");
      const covered = (side, moved) => grown * (0.5 + MARGIN) * side - Math.abs(moved) >= 0.5 * side;
      if (this.n > MANY && grown < 2 && covered(this.width, right) && covered(this.height, down)) {
        points.style.transform = `translate(${right}px, ${down}px) scale(${grown})`;
        this.settling = setTimeout(() => this.drawAnew(), SETTLED);
        return;
      }
    }
    this.drawAnew();
  }

  drawAnew() {
    if (this.destroyed) return;
    const { centre, scale, points, scatter } = this;
    const size = Math.min(9, Math.max(3, 500 / Math.sqrt(this.n))) * Math.min(2.2, (scale / this.whole) ** 0.3 || 1);
    scatter.draw(centre, scale * this.ratio, (this.data.mini ? 0.75 : 1) * size * this.ratio, this.share);
    points.style.transform = "";
    this.lastDrawn = {
      centre: [...centre],
      scale,
      colours: scatter.colours,
      width: points.width,
      height: points.height,
    };
  }

  drawPicks(pen) {
    if (!this.picks.size) return;
    pen.strokeStyle = PICK;
    pen.lineWidth = this.picks.size > 500 ? 1 : 2;
    for (const row of this.picks) {
      if (row >= this.n) continue;
      const [x, y] = this.toScreen([this.xy[2 * row], this.xy[2 * row + 1]]);
      pen.beginPath();
      pen.arc(x, y, this.picks.size > 500 ? 4 : 7, 0, 2 * Math.PI);
      pen.stroke();
    }
  }

  drawLasso(pen) {
    pen.fillStyle = "rgba(235, 87, 87, .12)";
    drawLine(pen, [...this.lasso, this.lasso[0]], PICK);
    pen.fill();
  }

  // -- colours ---------------------------------------------------------------------------------------------
  colourBy(name, tell = true) {
    const { colourings, palette } = this.data;
    const found = colourings.find((one) => one.name === name) ?? colourings[0];
    if (this.colouring !== found.name) this.hidden.clear();
    this.colouring = found.name;
    this.select.value = found.name;
    const values = valuesOf(found.source, this.codes, this.n);
    this.scatter.setColours(shades(values, Boolean(found.names), palette, this.hidden));
    this.values = values;
    this.explain(found, values, palette);
    this.redraw();
    if (tell) this.report?.say("colour", found.name);
  }

  explain({ name, names, unit }, values, palette) {
    if (names) {
      const counts = new Map();
      values.forEach((value) => counts.set(value, (counts.get(value) ?? 0) + 1));
      this.legend.replaceChildren(
        ...names.map((text, index) => {
          const dot = h("span", { class: "dot" });
          dot.style.background = palette[index % palette.length];
          const chip = h(
            "button",
            {
              type: "button",
              class: "chip",
              "aria-pressed": !this.hidden.has(index),
              title: `${counts.get(index) ?? 0} images; click to hide or show`,
              onclick: () => this.toggleClass(index),
            },
            dot,
            text,
          );
          return chip;
        }),
      );
      return;
    }
    const [low, high] = rangeOf(values);
    const bar = h("span", { class: "gradient" });
    bar.style.background = GRADIENT;
    this.legend.replaceChildren(`${name}`, number(low), bar, `${number(high)} ${unit ?? ""}`);
  }

  toggleClass(index) {
    if (!this.hidden.delete(index)) this.hidden.add(index);
    this.colourBy(this.colouring, false);
  }

  isShown(row) {
    return !this.hidden.size || !this.hidden.has(this.values[row]);
  }

  // -- pointer and keys ------------------------------------------------------------------------------------
  listen() {
    const { over } = this;
    const pointers = new Map();
    let start = null;
    let pinch = null;
    const at = (event) => {
      const box = over.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    over.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      over.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, at(event));
      if (pointers.size === 2) {
        const [a, b] = [...pointers.values()];
        pinch = { gap: Math.hypot(a[0] - b[0], a[1] - b[1]), scale: this.scale };
        start = null;
        return;
      }
      start = { at: at(event), centre: [...this.centre], moved: false };
      if (this.data.mini) return;
      if (this.mode === "lasso") this.lasso = [at(event)];
      if (this.mode === "path") this.drawn = [this.toMap(at(event))];
    });
    over.addEventListener("pointermove", (event) => {
      const point = at(event);
      if (pointers.has(event.pointerId)) pointers.set(event.pointerId, point);
      if (pinch && pointers.size === 2) {
        const [a, b] = [...pointers.values()];
        const gap = Math.hypot(a[0] - b[0], a[1] - b[1]);
        return this.zoom((pinch.scale * gap) / pinch.gap / this.scale, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
      }
      if (!start) return this.point(point, event.timeStamp);
      start.moved ||= Math.hypot(point[0] - start.at[0], point[1] - start.at[1]) > 4;
      if (!start.moved) return;
      if (this.lasso) this.lasso.push(point);
      else if (this.drawn && this.mode === "path") {
        this.drawn.push(this.toMap(point));
        this.point(point, event.timeStamp);
      } else {
        this.hideTip();
        this.centre = [
          start.centre[0] - (point[0] - start.at[0]) / this.scale,
          start.centre[1] + (point[1] - start.at[1]) / this.scale,
        ];
      }
      this.redraw();
    });
    const end = (event) => {
      pointers.delete(event.pointerId);
      if (pinch) return void (pointers.size === 0 && (pinch = null));
      if (!start) return;
      const { moved } = start;
      start = null;
      if (this.lasso) {
        const around = this.lasso;
        this.lasso = null;
        return moved ? this.pickInside(around) : this.click(at(event), event);
      }
      if (this.mode === "path" && moved) return this.shoot();
      if (this.mode === "path") this.drawn = null;
      if (!moved) this.click(at(event), event);
    };
    over.addEventListener("pointerup", end);
    over.addEventListener("pointercancel", end);
    over.addEventListener("pointerleave", () => !start && this.hideTip());
    over.addEventListener("dblclick", () => this.pick([]));
    over.addEventListener(
      "wheel",
      (event) => {
        if (this.data.mini && document.activeElement !== this.element.getRootNode().host) return;
        event.preventDefault();
        this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), at(event));
      },
      { passive: false },
    );
    over.addEventListener("keydown", (event) => this.key(event));
    over.addEventListener("blur", () => {
      if (this.cursor?.keys) this.cursor = null;
      this.hideTip();
      this.redraw();
    });
  }

  key(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const middle = [this.width / 2, this.height / 2];
    const from = this.cursor?.at ?? middle;
    if (step && event.shiftKey) {
      this.centre = [this.centre[0] + (40 * step[0]) / this.scale, this.centre[1] - (40 * step[1]) / this.scale];
      this.redraw();
    } else if (step) {
      const moved = [from[0] + 8 * step[0], from[1] + 8 * step[1]];
      this.point(
        [Math.min(this.width, Math.max(0, moved[0])), Math.min(this.height, Math.max(0, moved[1]))],
        event.timeStamp,
        true,
      );
      this.redraw();
    } else if (event.key === "+" || event.key === "=") this.zoom(1.25, from);
    else if (event.key === "-") this.zoom(0.8, from);
    else if (event.key === "0") this.fit();
    else if (event.key === "Enter" && this.cursor) this.click(this.cursor.at, event);
    else if (event.key === "Escape") this.pick([]);
    else return;
    event.preventDefault();
  }

  /** The image or the code below a place on the screen. */
  under(point) {
    const [x, y] = this.toMap(point);
    const [hit] = this.space.grid.nearest(x, y, 1, (row) => this.isShown(row));
    if (hit && hit.distance * this.scale <= REACH) return { row: hit.index };
    return this.space.toCode(x, y);
  }

  point(point, asked, keys = false) {
    if (!this.space) return;
    this.cursor = { at: point, keys };
    const found = this.under(point);
    this.cursor.found = found;
    this.placeTip(point);
    if (found.row !== undefined) return this.showImage(found.row, asked);
    this.decoder.show(found.z, asked);
  }

  async showImage(row, asked) {
    const pixels = await this.pictures.get(row);
    if (this.cursor?.found?.row !== row) return;
    paint(this.tipImage, pixels, this.data.shape);
    this.tip.hidden = false;
    this.tip.style.setProperty("--trust", 1);
    this.tip.dataset.kind = "image";
    this.tipWords.textContent = `test image ${row}${this.className(row)}`;
    announce(this.tipImage, asked);
  }

  className(row) {
    const names = this.data.colourings.find((one) => one.source === "labels")?.names;
    return names ? ` · ${names[this.codes.labels.data[row]]}` : "";
  }

  showDecoded(pixels, asked) {
    const found = this.cursor?.found;
    if (!found?.z) return;
    paint(this.tipImage, pixels, this.data.shape);
    this.tip.hidden = false;
    this.tip.style.setProperty("--trust", this.space.exact ? 1 : 0.25 + 0.75 * found.trust);
    this.tip.dataset.kind = "decoded";
    const doubt = this.space.exact
      ? "decoded here"
      : found.trust > 0.5
        ? "decoded here, about"
        : "far from data, a guess";
    this.tipWords.textContent = doubt;
    announce(this.tipImage, asked);
  }

  placeTip([x, y]) {
    const side = this.data.mini ? 76 : 122;
    const left = x + 18 + side > this.width ? x - side - 18 : x + 18;
    const top = Math.min(Math.max(4, y - side / 2), this.height - side - 26);
    this.tip.style.transform = `translate(${left}px, ${top}px)`;
  }

  hideTip() {
    this.tip.hidden = true;
    if (!this.cursor?.keys) this.cursor = null;
  }

  click(point, event) {
    if (!this.space) return;
    const found = this.under(point);
    if (found.row !== undefined) {
      if (this.data.mini)
        return this.go(
          this.codes.mu.data.subarray(found.row * this.space.dims, (found.row + 1) * this.space.dims),
          found.row,
        );
      const rows = event.shiftKey || event.ctrlKey || event.metaKey ? [...this.picks, found.row] : [found.row];
      return this.pick(rows);
    }
    this.go(found.z, null);
  }

  /** Move "you are here"; sliders on the page follow. */
  go(z, row) {
    this.here = rounded(z);
    publish(this.data.run, { z: this.here, go: this.here, row }, this);
    publish(this.data.run, { go: undefined, row: undefined }, this);
    this.redraw();
    this.report?.say("z", { z: this.here, row });
  }

  pick(rows) {
    this.picks = new Set(rows);
    this.redraw();
    this.report?.say("picks", [...this.picks]);
  }

  pickInside(around) {
    const polygon = around.map((point) => this.toMap(point));
    const rows = [];
    for (let row = 0; row < this.n; row++)
      if (this.isShown(row) && inside(polygon, this.xy[2 * row], this.xy[2 * row + 1])) rows.push(row);
    this.pick(rows);
  }

  // -- a path ------------------------------------------------------------------------------------------------
  makeFilm() {
    const shown = (frame) => {
      this.filmPoint = this.drawn?.[frame];
      this.redraw();
    };
    const closed = () => {
      this.drawn = this.filmPoint = null;
      this.redraw();
    };
    return new Film(this.live, this.data.shape, shown, closed);
  }

  /** Decode the drawn path at even distances. */
  shoot() {
    this.drawn = evenly(this.drawn, FRAMES);
    const { dims } = this.space;
    const codes = new Float32Array(FRAMES * dims);
    this.drawn.forEach(([x, y], frame) => codes.set(this.space.toCode(x, y).z, frame * dims));
    this.film.shoot(codes);
    this.redraw();
  }
}

export function mount(component) {
  const report = new Report(component, (known, name) => known[name]);
  const map = new LatentMap(component.data, report);
  component.parentElement.append(map.element);
  return {
    update(fresh) {
      report.update(fresh);
      map.update(fresh.data);
    },
    destroy() {
      report.stop();
      map.destroy();
    },
  };
}
