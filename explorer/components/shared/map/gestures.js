// Pointers over the map: hover, click, drag, pinch and wheel.

import { distance } from "./geometry.js";

const SLACK = 4; // pixels that a click may move

/** @typedef {import("./geometry.js").Point} Point */

/**
 * What a drag does while it lasts.
 * @typedef {object} Drag
 * @property {(point: Point, time: number) => void} move
 * @property {(moved: boolean) => void} end
 */

/**
 * @typedef {object} Handlers all points are pixels of the screen
 * @property {(point: Point, time: number) => void} hover
 * @property {() => void} leave
 * @property {(point: Point, event: PointerEvent) => void} click
 * @property {() => void} doubleClick
 * @property {(point: Point) => Drag} drag a button was pressed
 * @property {(factor: number, point: Point) => void} zoom
 * @property {() => boolean} wheelZooms
 */

/**
 * @param {HTMLElement} element
 * @param {Handlers} handlers
 */
export function listenToPointers(element, handlers) {
  /** @type {Map<number, Point>} */
  const pointers = new Map();
  /** @type {{drag: Drag, at: Point, moved: boolean} | null} */
  let pressed = null;
  /** @type {number | null} the distance of two fingers */
  let pinch = null;

  /**
   * @param {MouseEvent} event
   * @returns {Point}
   */
  function at(event) {
    const { left, top } = element.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    const point = at(event);
    pointers.set(event.pointerId, point);
    if (pointers.size === 2) {
      const [a, b] = [...pointers.values()];
      pinch = distance(a, b);
      pressed?.drag.end(false);
      pressed = null;
    } else if (pointers.size === 1) pressed = { drag: handlers.drag(point), at: point, moved: false };
  });

  element.addEventListener("pointermove", (event) => {
    const point = at(event);
    if (pointers.has(event.pointerId)) pointers.set(event.pointerId, point);
    if (pinch !== null && pointers.size === 2) {
      const [a, b] = [...pointers.values()];
      const gap = distance(a, b);
      handlers.zoom(gap / pinch, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
      pinch = gap;
    } else if (!pressed) handlers.hover(point, event.timeStamp);
    else {
      pressed.moved ||= distance(pressed.at, point) > SLACK;
      if (pressed.moved) pressed.drag.move(point, event.timeStamp);
    }
  });

  /** @param {PointerEvent} event */
  function release(event) {
    pointers.delete(event.pointerId);
    if (pinch !== null) {
      if (!pointers.size) pinch = null;
      return;
    }
    if (!pressed) return;
    const { drag, moved } = pressed;
    pressed = null;
    drag.end(moved);
    if (!moved) handlers.click(at(event), event);
  }

  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
  element.addEventListener("pointerleave", () => {
    if (!pressed) handlers.leave();
  });
  element.addEventListener("dblclick", () => handlers.doubleClick());
  element.addEventListener(
    "wheel",
    (event) => {
      if (!handlers.wheelZooms()) return;
      event.preventDefault();
      handlers.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), at(event));
    },
    { passive: false },
  );
}
