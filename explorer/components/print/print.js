// Print a tour: every view in a frame of its own, one below the other, then the browser's own dialog, which also makes a PDF.

import { button } from "../shared/controls.js";
import { h } from "../shared/dom.js";

const POLL = 200; // milliseconds
const REST = 10; // looks at a view in which nothing was at work, until it counts as drawn
const LONGEST = 60_000; // milliseconds to wait for a view; then it is printed as it is
const STYLE = `
  .tour-paper { position: fixed; inset: 0; z-index: 2000000; overflow: auto; background: #fff; color: #1b2130; font-family: sans-serif; }
  .tour-paper .progress { position: sticky; top: 0; background: #fff; padding: 0.8rem 1.2rem; border-bottom: 1px solid #dde2ee; }
  .tour-paper section { padding: 0 1.2rem; }
  .tour-paper p { font-size: 15px; line-height: 1.4; margin: 0.6rem 0; }
  .tour-paper iframe { display: block; width: 1060px; height: 660px; border: 1px solid #dde2ee; }
  @page { size: A4 landscape; margin: 8mm; }
  @media print {
    html, body, #root { height: auto !important; overflow: visible !important; }
    body > :not(.tour-paper) { display: none !important; }
    .tour-paper { position: static; overflow: visible; }
    .tour-paper .progress { display: none; }
    .tour-paper section { break-after: page; break-inside: avoid; padding: 0; }
    .tour-paper section:last-child { break-after: auto; }
  }`;

/** @typedef {{title: string, views: {address: string, caption: string}[]}} PrintProps address: from the app's first page */

/**
 * @param {import("../shared/component.js").Component<PrintProps>} component
 * @returns {import("../shared/component.js").View<PrintProps>}
 */
export function mount(component) {
  let { data } = component;
  const element = h("div", { class: "betascope" }, button("Print or PDF", print, "A page for each view; the browser's dialog can save it as a PDF"));
  component.parentElement.append(element);

  async function print() {
    const progress = h("div", { class: "progress", role: "status" });
    const paper = h("div", { class: "tour-paper" }, h("style", {}, STYLE), progress);
    progress.append(h("span"), " ", button("Cancel", () => paper.remove()));
    document.body.append(paper);
    for (const [index, view] of data.views.entries()) {
      /** @type {HTMLElement} */ (progress.firstChild).textContent = `Drawing view ${index + 1} of ${data.views.length} …`;
      const frame = h("iframe", { title: `View ${index + 1}`, src: new URL(view.address, location.href).href });
      paper.append(h("section", {}, h("p", {}, `${index + 1}. ${view.caption}`), frame));
      await drawn(frame);
      if (!paper.isConnected) return;
    }
    progress.remove();
    document.title = data.title;
    window.addEventListener("afterprint", () => paper.remove(), { once: true });
    window.print();
  }

  return {
    update(fresh) {
      ({ data } = fresh);
    },
    destroy: () => element.remove(),
  };
}

/**
 * Wait until a view has been drawn: its script has ended, and for a while nothing in it was at work.
 * @param {HTMLIFrameElement} frame
 */
async function drawn(frame) {
  const end = performance.now() + LONGEST;
  let quiet = 0;
  while (quiet < REST && frame.isConnected && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, POLL));
    const page = frame.contentDocument;
    const rests = page?.querySelector("[data-testid=stApp][data-test-script-state=notRunning]") && !page.querySelector("[data-testid=stSpinner], [data-testid=stSkeleton]");
    quiet = rests ? quiet + 1 : 0;
  }
}
