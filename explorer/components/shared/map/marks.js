// What lies over the points of a map: from codes and rows to places on the screen.

import { middle } from "./geometry.js";

/** @typedef {import("./geometry.js").Point} Point */

/**
 * @param {import("./latent_map.js").LatentMap} map
 * @param {ArrayLike<number>[] | null} path codes of a path that another component shows
 * @param {import("./viewport.js").Viewport} viewport
 * @returns {import("./overlay.js").Marks | null}
 */
export function marksOf(map, path, viewport) {
  const { content, data, drawnPath } = map;
  if (!content) return null;
  const { space } = content;
  const toScreen = (/** @type {Point} */ point) => viewport.toScreen(point);
  const places = (/** @type {number[]} */ rows) => rows.filter((row) => row < content.count).map((row) => content.point(row));
  const here = map.here && space.toPoint(map.here);
  if (here) map.element.dataset.here = here.map((value) => value.toFixed(4)).join(",");
  const groups = data.groups.map(({ name, rows }) => ({ text: name, points: places(rows) })).filter(({ points }) => points.length);
  const names = [...groups.map(({ text, points }) => ({ text, at: middle(points) })), ...map.colouring.names];
  const lines = [path?.map((z) => space.toPoint(z)), drawnPath.points];
  return {
    picks: places([...map.picks]).map(toScreen),
    groups: groups.map(({ points }) => points.map(toScreen)),
    lines: lines.flatMap((line) => (line ? [line.map(toScreen)] : [])),
    names: data.mini ? [] : names.map(({ text, at }) => ({ text, at: toScreen(at) })),
    lasso: map.lasso,
    here: here && toScreen(here),
    frame: drawnPath.current && toScreen(drawnPath.current),
    cross: map.hover.cursor?.byKeys ? map.hover.cursor.at : null,
  };
}
