// Stage mode in this window: no sidebar, large type, dark. Style sheets read it from the attribute `data-stage` of the page.

const ROOT = document.documentElement;

/** @param {boolean} on */
export function setScreen(on) {
  if (ROOT.dataset.stage === "print") return; // a view on paper stays what it is
  if (ROOT.hasAttribute("data-stage") === on) return;
  ROOT.toggleAttribute("data-stage", on);
  if (!on) ROOT.removeAttribute("data-black");
  // Streamlit looks again at which theme the browser prefers (`window.matchMedia`, see explorer/shell/addresses.py).
  window.dispatchEvent(new Event("afterprint"));
}

/** Fill the screen while a key or a button is pressed, the only time at which browsers allow it. */
export async function fillScreen(on = true) {
  try {
    if (on) await ROOT.requestFullscreen?.();
    else if (document.fullscreenElement) await document.exitFullscreen();
  } catch (error) {
    console.info(`The window stays as large as it is: ${error}`);
  }
}

/** @returns {boolean} whether the screen was black */
export function endBlack() {
  const was = ROOT.hasAttribute("data-black");
  ROOT.removeAttribute("data-black");
  return was;
}

export function black() {
  ROOT.setAttribute("data-black", "");
}
