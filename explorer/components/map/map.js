// Map: the page's map, whose picks and colours Python knows.

import { LatentMap } from "../shared/map/latent_map.js";
import { Report } from "../shared/report.js";

/** @typedef {import("../shared/map/props.js").MapProps} MapProps */

/**
 * @param {import("../shared/component.js").Component<MapProps>} component
 * @returns {import("../shared/component.js").View<MapProps>}
 */
export function mount(component) {
  const report = new Report(component);
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
