// The components that stand on their own, without a run of a script between their states and their props.

import { mount as mountCodebook } from "../../components/codebook/codebook.js";
import { mount as mountCompare } from "../../components/compare/compare.js";
import { mount as mountInterpolate } from "../../components/interpolate/interpolate.js";
import { mount as mountMap } from "../../components/map/map.js";
import { mount as mountTraversal } from "../../components/traversal/traversal.js";

/** @typedef {import("../../components/shared/component.js").View<any>} View */

/** @type {Record<string, (component: any) => View>} */
export const COMPONENTS = {
  traversal: mountTraversal,
  codebook: mountCodebook,
  map: mountMap,
  interpolate: mountInterpolate,
  compare: mountCompare,
};

/**
 * The props that a state of a component becomes, as a run of the script in the app would make them.
 * @param {string} name of the state
 * @param {any} value
 * @param {Record<string, any>} props as they are
 * @returns {Record<string, any>}
 */
export function asProps(name, value, props) {
  if (name === "z") return { ...value };
  if (name !== "keys") return { [name]: value };
  /** @type {{text: string}[]} */
  const keyframes = props.keyframes;
  return { keys: value, keyframes: keyframes.filter(({ text }) => value.includes(text)) };
}
