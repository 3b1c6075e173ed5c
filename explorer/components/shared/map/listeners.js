// Pointers, wheel and keys on a map.

import { beginDrag } from "./drags.js";
import { listenToPointers } from "./gestures.js";
import { onKeys } from "./keys.js";

/** @param {import("./latent_map.js").LatentMap} map */
export function listen(map) {
  const { hover, stage } = map;
  const { canvas } = stage.overlay;
  listenToPointers(canvas, {
    hover: (point, time) => map.pointAt(point, time),
    leave: () => hover.hide(),
    click: (point, event) => map.click(point, isAdding(event)),
    doubleClick: () => map.pick([]),
    drag: (point) => beginDrag(map, point),
    zoom: (factor, point) => stage.zoom(factor, point),
    wheelZooms: () => !map.data.mini || hasFocus(map.element),
  });
  const cursor = () => hover.cursor?.at ?? stage.viewport.middle;
  const keys = onKeys({
    pan: (right, down) => stage.pan(stage.viewport.centre, -right, -down),
    move(right, down, time) {
      const [x, y] = cursor();
      map.pointAt(stage.viewport.within([x + right, y + down]), time, true);
      stage.redraw();
    },
    zoom: (factor) => stage.zoom(factor, cursor()),
    fit: () => map.fit(),
    enter(event) {
      if (!hover.cursor) return false;
      map.click(hover.cursor.at, isAdding(event));
      return true;
    },
    escape: () => map.pick([]),
  });
  canvas.addEventListener("keydown", keys);
  canvas.addEventListener("blur", () => {
    hover.cursor = null;
    hover.hide();
    stage.redraw();
  });
}

/** @param {MouseEvent | KeyboardEvent} event */
function isAdding(event) {
  return event.shiftKey || event.ctrlKey || event.metaKey;
}

/**
 * Whether the focus is in the component of an element.
 * @param {HTMLElement} element
 */
function hasFocus(element) {
  const root = element.getRootNode();
  return root instanceof ShadowRoot && document.activeElement === root.host;
}
