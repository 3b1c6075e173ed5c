// −ELBO over the moments of a training, above the slider, with a mark where the slider stands.

import { svg } from "../shared/dom.js";

const [WIDTH, HEIGHT, EDGE] = [600, 34, 3];

/**
 * The places of the moments on the drawing. The loss falls fast, then slowly: its height is on a log scale above its lowest.
 * @param {(number | null)[]} loss
 * @returns {[x: number, y: number][]} of the moments with a loss
 */
export function places(loss) {
  const known = loss.filter((value) => value !== null);
  const low = Math.min(...known);
  const span = Math.log1p(Math.max(...known) - low) || 1;
  return loss.flatMap((value, at) => {
    if (value === null) return [];
    const height = Math.log1p(value - low) / span;
    return [[(at / Math.max(1, loss.length - 1)) * WIDTH, EDGE + (1 - height) * (HEIGHT - 2 * EDGE)]];
  });
}

/**
 * @param {(number | null)[]} loss
 * @returns {{element: SVGElement, show: (moment: number) => void}}
 */
export function lossCurve(loss) {
  const points = places(loss).map((place) => place.join(","));
  const mark = svg("line", { class: "mark", y1: 0, y2: HEIGHT });
  const element = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("polyline", { class: "loss", points: points.join(" ") }),
    mark,
  );
  return {
    element,
    show(moment) {
      const x = (moment / Math.max(1, loss.length - 1)) * WIDTH;
      mark.setAttribute("x1", `${x}`);
      mark.setAttribute("x2", `${x}`);
    },
  };
}
