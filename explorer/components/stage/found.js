// The buttons and sliders that a page shows, in Streamlit's part of it and in components.

const MAIN = '[data-testid="stMain"]';
const OURS = ".st-key-stage-bar, [role=dialog]";
const BUTTONS = "button:not(:disabled, .icon, .cell, .jump, .word, [data-testid*=Toolbar], [data-testid=stTooltipIcon])";
const PLAYS = /play|pause|animate|▶|❚❚/i;
const SLIDERS = 'input[type="range"], [role="slider"]';

/** @returns {HTMLElement[]} */
export function sliders() {
  return [...within(document.querySelector(MAIN), SLIDERS)];
}

/** @returns {{element: HTMLElement, label: string}[]} those with words on them */
export function buttons() {
  return [...within(document.querySelector(MAIN), BUTTONS)]
    .map((element) => ({ element, label: labelOf(element) }))
    .filter(({ label }) => label);
}

/** @param {EventTarget | undefined} target where a key was pressed */
export function typesInto(target) {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("textarea, select, input:not([type=range], [type=checkbox], [type=radio], [type=button])");
}

/** @param {EventTarget | undefined} target */
export function isSlider(target) {
  return target instanceof Element && target.matches(SLIDERS);
}

/**
 * Press the play button of the row that a slider is in.
 * @param {EventTarget | undefined} slider
 */
export function playRow(slider) {
  const row = slider instanceof Element ? slider.closest(".row, .beta, .walk, .halves") : null;
  const found = [...(row?.querySelectorAll("button") ?? [])].find((button) => PLAYS.test(`${button.ariaLabel} ${button.textContent}`));
  found?.click();
}

/**
 * @param {ParentNode | null} root
 * @param {string} selector
 * @returns {Generator<HTMLElement>} in the order of the page, visible ones only
 */
function* within(root, selector) {
  for (const element of root?.querySelectorAll("*") ?? []) {
    if (element.matches(OURS)) continue;
    if (element instanceof HTMLElement && element.matches(selector) && element.checkVisibility() && !element.closest(OURS)) yield element;
    if (element.shadowRoot && !element.closest(OURS)) yield* within(element.shadowRoot, selector);
  }
}

/** @param {HTMLElement} element Streamlit's icons are words, too, beside the paragraph with the label */
function labelOf(element) {
  const words = element.querySelector("p")?.textContent ?? element.getAttribute("aria-label") ?? element.textContent ?? "";
  return words.trim().slice(0, 40);
}
