// The map of the test images: where they lie, and what the decoder draws between them.

import { publish, subscribe } from "../bus.js";
import { Cleanup, connect } from "../component.js";
import { button, choice } from "../controls.js";
import { h } from "../dom.js";
import { indices, rounded } from "../numbers.js";
import { Colouring } from "./colouring.js";
import { MODES } from "./drags.js";
import { DrawnPath } from "./drawn_path.js";
import { between, Flow } from "./flow.js";
import { inside } from "./geometry.js";
import { Hover } from "./hover.js";
import { listen } from "./listeners.js";
import { MapData } from "./map_data.js";
import { marksOf } from "./marks.js";
import { lookBefore, positionsBefore, remember } from "./seen.js";
import { Stage } from "./stage.js";

const REACH = 9; // pixels around the pointer within which a point is meant

/** @typedef {import("./geometry.js").Point} Point */

/** @typedef {import("./props.js").MapProps} MapProps */

export class LatentMap {
  /** @type {MapData | null} */
  content = null;
  /** @type {Point[] | null} points of the screen, while it is drawn */
  lasso = null;
  /** @type {import("./drags.js").Mode} */
  mode = "look";
  #cleanup = new Cleanup();
  /** @type {ArrayLike<number>[] | null} codes of a path that another component shows */
  #path = null;
  #destroyed = false;

  /**
   * @param {MapProps} data
   * @param {import("../report.js").Report<MapProps> | null} [report] where picks and the like are reported
   */
  constructor(data, report = null) {
    this.data = data;
    this.report = report;
    this.picks = new Set(data.picks);
    this.here = data.z;
    const { connection, status } = connect(data.run, data.condition, this.#cleanup, () => report?.emitGone());
    this.connection = connection;
    this.hover = new Hover(connection, data, data.mini ? 76 : 122, (row) => this.#caption(row));
    this.drawnPath = new DrawnPath(connection, data.shape, () => this.stage.redraw());
    this.colouring = new Colouring(
      data.colourings,
      data.colour,
      (name) => {
        this.#colourBy(name);
        this.report?.setValue("colour", this.colouring.name);
      },
      () => this.#colourBy(this.colouring.name),
    );
    const { film } = this.drawnPath;
    this.stage = new Stage(data.mini, (viewport) => marksOf(this, this.#path, viewport), this.hover.element, film.element);
    const area = this.stage.element;
    const parts = data.mini ? [area] : [this.#tools(), status, area, this.colouring.legend];
    this.element = h("div", { class: "betascope map", "data-mini": Boolean(data.mini) }, ...parts);
    listen(this);
    this.#cleanup.add(
      subscribe(data.run, this, (message) => this.#receive(message)),
      () => film.destroy(),
      () => this.hover.destroy(),
      () => this.stage.destroy(),
    );
    if (data.moments) {
      const flow = new Flow(data.moments, (...at) => this.#flow(...at));
      const follow = subscribe(data.moments.run, {}, ({ moment }) => void (moment !== undefined && flow.go(moment)));
      this.#cleanup.add(follow, () => flow.destroy());
    }
    this.#load();
  }

  /**
   * The points between two moments of the training, of which each has a map of its own.
   * @param {Float32Array} moments
   * @param {number} count points of each
   * @param {number} place
   */
  #flow(moments, count, place) {
    const { content, stage } = this;
    if (!content || count > content.count) return;
    const { before, after, share } = between(moments, count, place);
    stage.points.flow(before, after, share, stage.viewport);
    this.element.dataset.moment = `${place}`;
    const xy = content.xy.slice();
    xy.set(share < 0.5 ? before : after);
    this.#remember({ xy, images: content.images });
  }

  /** @returns {string | undefined} the run at the end of its training, where the map is of one of its moments */
  get #training() {
    return this.data.moments?.run;
  }

  /** @param {import("./seen.js").Seen | null} seen */
  #remember(seen) {
    remember(seen, this.stage.viewport, this.#training);
  }

  #tools() {
    const modes = choice("What dragging does", MODES, this.mode, (mode) => {
      this.mode = mode;
      this.stage.overlay.canvas.dataset.mode = mode;
    });
    const colour = h("label", { class: "joined-label" }, "Colour ", this.colouring.select);
    const fit = button("Fit", () => this.fit(), "All points in view (0)");
    return h("div", { class: "tools" }, colour, modes, fit);
  }

  /** @param {number} row */
  #caption(row) {
    const names = this.data.colourings.find(({ source }) => source === "labels")?.names;
    return `test image ${row}${names && this.content ? ` · ${names[this.content.codes.labels.data[row]]}` : ""}`;
  }

  async #load() {
    const start = performance.now();
    try {
      this.stage.points.open(() => this.stage.draw());
    } catch (error) {
      console.info(`The map falls back: ${error}`);
      const notice = "This browser has no WebGL, which the live map needs.";
      this.stage.element.replaceChildren(h("p", { class: "caption" }, notice));
      this.report?.setValue("webgl", false);
      return;
    }
    const { run, map } = this.data;
    let content;
    try {
      content = await MapData.fetch(run, this.data);
    } catch (error) {
      console.info(`No map: ${error}`);
      const notice = "The map could not be loaded: the run is gone, or the server does not answer. Reload the page.";
      if (!this.content) this.stage.element.replaceChildren(h("p", { class: "caption" }, notice));
      return;
    }
    if (this.#destroyed || map !== this.data.map) return;
    const arrived = performance.now();
    const { points, viewport } = this.stage;
    this.#remember(this.content);
    this.content = content;
    points.setPoints(content.xy);
    this.#colourBy(this.data.colour);
    this.stage.resize();
    this.fit();
    Object.assign(viewport, lookBefore(this.#training));
    const before = positionsBefore(content, viewport);
    if (before) points.moveFrom(before, viewport);
    this.stage.draw();
    this.#remember(content);
    // The second frame from now begins when the first one is on the screen.
    requestAnimationFrame(() =>
      requestAnimationFrame((now) =>
        Object.assign(this.element.dataset, {
          ready: map,
          count: content.count,
          milliseconds: Math.round(now - arrived),
          total: Math.round(now - start),
        }),
      ),
    );
  }

  /** @param {MapProps} data */
  update(data) {
    const before = this.data;
    this.data = data;
    this.connection.condition = data.condition ?? this.connection.condition;
    if (data.picks.join() !== before.picks.join()) this.picks = new Set(data.picks);
    if (data.map !== before.map) return void this.#load();
    if (data.colour !== before.colour && data.colour !== this.colouring.select.value) this.#colourBy(data.colour);
    if (data.z && String(data.z) !== String(before.z)) this.here = data.z;
    this.stage.redraw();
  }

  destroy() {
    this.#destroyed = true;
    if (this.element.dataset.moment === undefined) this.#remember(this.content);
    this.#cleanup.run();
    this.element.remove();
  }

  /** @param {import("../bus.js").Message} message */
  #receive({ z, path }) {
    if (z) this.here = z;
    if (path !== undefined) this.#path = path;
    this.stage.redraw();
  }

  /** @param {string} name */
  #colourBy(name) {
    if (!this.content) return;
    const { colourings, palette } = this.data;
    const colouring = colourings.find((other) => other.name === name) ?? colourings[0];
    this.stage.points.setColours(this.colouring.show(colouring, palette, this.content));
    this.stage.redraw();
  }

  fit() {
    if (!this.content) return;
    this.stage.viewport.fit(this.content.space.grid.box);
    this.stage.redraw();
  }

  // -- pointing and picking ------------------------------------------------------------------------------------
  /**
   * The image or the code below a point of the screen.
   * @param {Point} point
   * @param {MapData} content
   * @returns {import("./hover.js").Target}
   */
  #targetAt(point, { space }) {
    const [x, y] = this.stage.viewport.toMap(point);
    const [hit] = space.grid.nearest(x, y, 1, (row) => this.colouring.isShown(row));
    return hit && hit.distance * this.stage.viewport.scale <= REACH ? { row: hit.index } : space.toCode(x, y);
  }

  /**
   * Show what is below a point of the screen.
   * @param {Point} point
   * @param {number} time when it was pointed at
   * @param {boolean} [byKeys]
   */
  pointAt(point, time, byKeys = false) {
    if (!this.content) return;
    const target = this.#targetAt(point, this.content);
    this.hover.show({ at: point, target, byKeys }, this.stage.viewport, this.content.space.exact, time);
  }

  /**
   * Pick the image below a point of the screen, or go to the code there.
   * @param {Point} point
   * @param {boolean} adding to what is picked
   */
  click(point, adding) {
    if (!this.content) return;
    const target = this.#targetAt(point, this.content);
    if (!("row" in target)) this.#go(target.z, null);
    else if (this.data.mini) this.#go(this.content.code(target.row), target.row);
    else this.pick(adding ? [...this.picks, target.row] : [target.row]);
  }

  /**
   * Move the code in view; the other components of the page follow.
   * @param {ArrayLike<number>} z
   * @param {number | null} row
   */
  #go(z, row) {
    this.here = rounded(z);
    publish(this.data.run, { z: this.here, go: this.here, row }, this);
    publish(this.data.run, { go: undefined, row: undefined }, this); // who subscribes later need not go there
    this.stage.redraw();
    this.report?.setValue("z", { z: this.here, row });
  }

  /** @param {number[]} rows */
  pick(rows) {
    this.picks = new Set(rows);
    this.stage.redraw();
    this.report?.setValue("picks", [...this.picks]);
  }

  /** @param {Point[]} around a polygon on the screen */
  pickInside(around) {
    const { content } = this;
    const { viewport } = this.stage;
    if (!content) return;
    const polygon = around.map((point) => viewport.toMap(point));
    const isInside = (/** @type {number} */ row) => inside(polygon, ...content.point(row));
    this.pick(indices(content.count).filter((row) => this.colouring.isShown(row) && isInside(row)));
  }

  /** Decode the path that was drawn. */
  playPath() {
    if (this.content) this.drawnPath.shoot(this.content.space);
  }
}
