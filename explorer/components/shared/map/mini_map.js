// The small map beside an image: where the code in view lies.

import { LatentMap } from "./latent_map.js";

/** @typedef {import("./props.js").MapProps} MapProps */

/**
 * @typedef {object} MiniMap
 * @property {HTMLElement | null} element
 * @property {(props: MapProps | null, z?: ArrayLike<number>) => void} update shows the map of new props, where another
 */

/**
 * @param {MapProps | null} props null where there is no map
 * @param {import("../component.js").Cleanup} cleanup
 * @param {ArrayLike<number>} [z] the code in view
 * @returns {MiniMap}
 */
export function miniMap(props, cleanup, z) {
  if (!props) return { element: null, update() {} };
  let current = props;
  const map = new LatentMap(at(current, z));
  cleanup.add(() => map.destroy());
  return {
    element: map.element,
    update(fresh, now) {
      if (!fresh || fresh.map === current.map) return;
      current = fresh;
      map.update(at(fresh, now));
    },
  };
}

/**
 * @param {MapProps} props
 * @param {ArrayLike<number>} [z]
 * @returns {MapProps}
 */
function at(props, z) {
  return z ? { ...props, z: Array.from(z) } : props;
}
