// Loads Streamlit's charts before the first one is shown: half a second to two that the first point of a curve would wait for.

const PATIENCE = 500; // milliseconds in which the rest of the page appears

/** @typedef {{script: string}} AheadProps script: a file beside Streamlit's own script */

/**
 * @param {import("../shared/component.js").Component<AheadProps>} component
 * @returns {import("../shared/component.js").View<AheadProps>}
 */
export function mount({ data }) {
  const main = document.querySelector("script[type=module][src]");
  if (main instanceof HTMLScriptElement) {
    const load = () => import(new URL(data.script, main.src).href).catch((error) => console.info(`Charts load when they are shown: ${error}`));
    setTimeout(load, PATIENCE);
  }
  return { update() {}, destroy() {} };
}
