// A view that begins with what Python gives it and goes on by itself: later runs of the script change nothing.

/**
 * @param {import("../report.js").Report<any>} report
 * @param {HTMLElement} element
 * @param {import("../component.js").Cleanup} cleanup
 * @returns {import("../component.js").View<any>}
 */
export function steadyView(report, element, cleanup) {
  return {
    update(component) {
      report.update(component);
    },
    destroy() {
      report.stop();
      cleanup.run();
      element.remove();
    },
  };
}
