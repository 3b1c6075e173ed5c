// Buttons and keys that several components have.

import { h } from "./dom.js";

/**
 * A row of buttons of which one is pressed.
 * @template Key
 * @param {string} label
 * @param {[key: Key, text: string, title?: string][]} options
 * @param {Key} value
 * @param {(value: Key) => void} changed called when a person presses another one
 * @returns {HTMLElement}
 */
export function choice(label, options, value, changed) {
  const buttons = options.map(([key, text, title]) =>
    h("button", { type: "button", role: "radio", title: title ?? text, onclick: () => press(key) }, text),
  );
  const element = h("div", { class: "choice", role: "radiogroup", "aria-label": label }, ...buttons);

  function mark() {
    buttons.forEach((button, index) => {
      const on = options[index][0] === value;
      button.setAttribute("aria-checked", `${on}`);
      button.tabIndex = on ? 0 : -1;
    });
  }

  /** @param {Key} key */
  function press(key) {
    if (key === value) return;
    value = key;
    mark();
    changed(key);
  }

  element.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const now = options.findIndex(([key]) => key === value);
    const next = (now + step + options.length) % options.length;
    press(options[next][0]);
    buttons[next].focus();
  });
  mark();
  return element;
}

/**
 * @param {string} text
 * @param {() => unknown} pressed
 * @param {string} [title]
 * @returns {HTMLButtonElement}
 */
export function button(text, pressed, title) {
  return h("button", { type: "button", title, onclick: () => pressed() }, text);
}

/**
 * A small button whose sign alone is visible.
 * @param {string} sign
 * @param {string} label
 * @param {() => unknown} pressed
 * @param {import("./dom.js").Properties} [properties]
 * @returns {HTMLButtonElement}
 */
export function iconButton(sign, label, pressed, properties = {}) {
  const onclick = () => pressed();
  return h("button", { type: "button", class: "icon", "aria-label": label, onclick, ...properties }, sign);
}

/**
 * @param {() => void} undo
 * @returns {HTMLButtonElement} disabled until there is something to undo
 */
export function undoButton(undo) {
  const element = button("Undo", undo, "Back to the code before (Ctrl+Z)");
  element.disabled = true;
  return element;
}

/**
 * Calls `undo` on Ctrl+Z or Command+Z.
 * @param {() => void} undo
 * @returns {(event: KeyboardEvent) => void} a listener of keydown
 */
export function onUndo(undo) {
  return (event) => {
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    undo();
  };
}

/**
 * Elements below a line that unfolds them.
 * @param {string} summary
 * @param {HTMLElement[]} elements
 * @param {(open: boolean) => void} [toggled]
 * @returns {HTMLDetailsElement}
 */
export function fold(summary, elements, toggled) {
  const details = h("details", {}, h("summary", {}, summary), ...elements);
  details.addEventListener("toggle", () => toggled?.(details.open));
  return details;
}
