// The row of buttons above the image.

import { button, choice } from "../shared/controls.js";
import { drawFromPrior } from "../shared/server.js";

const REACHES = [2, 3, 4, 6];

/**
 * @param {import("./props.js").TraversalProps} data
 * @param {{jump: (z: ArrayLike<number>) => void, setReach: (reach: number) => void}} handlers
 * @param {...HTMLElement} others between the two
 * @returns {HTMLElement[]}
 */
export function tools(data, { jump, setReach }, ...others) {
  return [
    button(data.prior ? "Prior mean" : "Mean code", () => jump(data.centre)),
    button("Random draw", async () => jump(await drawFromPrior(data.run))),
    ...others,
    choice(
      "Range of the sliders",
      REACHES.map((value) => [value, `±${value}σ`]),
      data.reach,
      setReach,
    ),
  ];
}
