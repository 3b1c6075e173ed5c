// What dragging on the map does, by mode.

/** @typedef {import("./geometry.js").Point} Point */

/** @typedef {import("./gestures.js").Drag} Drag */

/** @typedef {import("./latent_map.js").LatentMap} LatentMap */

/** @typedef {"look" | "lasso" | "path"} Mode */

/** @type {[mode: Mode, text: string, title: string][]} */
export const MODES = [
  ["look", "Move", "Drag to pan, wheel to zoom, click to pick"],
  ["lasso", "Lasso", "Drag around images to pick them"],
  ["path", "Path", "Drag a path and play it as a film"],
];

/**
 * @param {LatentMap} map
 * @param {Point} start on the screen
 * @returns {Drag}
 */
export function beginDrag(map, start) {
  return { look: pan, lasso, path }[map.mode](map, start);
}

/**
 * @param {LatentMap} map
 * @param {Point} start
 * @returns {Drag}
 */
function pan(map, start) {
  const { centre } = map.stage.viewport;
  return {
    move(point) {
      map.hover.hide();
      map.stage.pan(centre, point[0] - start[0], point[1] - start[1]);
    },
    end() {},
  };
}

/**
 * @param {LatentMap} map
 * @param {Point} start
 * @returns {Drag}
 */
function lasso(map, start) {
  const around = (map.lasso = [start]);
  return {
    move(point) {
      around.push(point);
      map.stage.redraw();
    },
    end(moved) {
      map.lasso = null;
      if (moved) map.pickInside(around);
    },
  };
}

/**
 * @param {LatentMap} map
 * @param {Point} start
 * @returns {Drag}
 */
function path(map, start) {
  map.drawnPath.begin(map.stage.viewport.toMap(start));
  return {
    move(point, time) {
      map.drawnPath.add(map.stage.viewport.toMap(point));
      map.pointAt(point, time);
      map.stage.redraw();
    },
    end(moved) {
      if (moved) map.playPath();
      else map.drawnPath.clear();
    },
  };
}
