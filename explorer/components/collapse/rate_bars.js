// The rate of each dimension as a bar; one below `SILENT` has none left.

import { h } from "../shared/dom.js";
import { SILENT } from "../shared/learn/silence.js";

/**
 * How high a bar is, in percent: by the square root, so that a tenth of a nat is still to be seen.
 * @param {number} nats
 * @param {number} largest
 * @returns {number}
 */
export function heightOf(nats, largest) {
  return 100 * Math.sqrt(Math.min(1, Math.max(0, nats) / largest));
}

/**
 * @param {number} dims
 * @param {number} largest nats of a full bar
 * @returns {{element: HTMLElement, show: (rates: number[]) => void}} rates in nats
 */
export function rateBars(dims, largest) {
  const bars = Array.from({ length: dims }, () => h("span"));
  const element = h("div", { class: "bars", role: "img" }, ...bars);
  return {
    element,
    show(rates) {
      const order = [...rates].sort((a, b) => b - a);
      order.forEach((nats, at) => {
        bars[at].style.height = `${heightOf(nats, largest)}%`;
        bars[at].dataset.silent = `${nats < SILENT}`;
      });
      const active = rates.filter((nats) => nats >= SILENT).length;
      element.setAttribute("aria-label", `${active} of ${dims} dimensions say something`);
      element.dataset.active = `${active}`;
    },
  };
}
