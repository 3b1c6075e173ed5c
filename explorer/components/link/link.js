// Copy link: the address bar always tells what is in view, so that copying it copies the view.

import { h } from "../shared/dom.js";

export function mount({ parentElement }) {
  let timer = null;
  const button = h(
    "button",
    { type: "button", class: "link", title: "A link that opens exactly this view", onclick: copy },
    "Copy link",
  );
  const element = h("div", { class: "betascope" }, button);
  parentElement.append(element);

  async function copy() {
    const done = await written(location.href);
    button.textContent = done ? "Copied" : "Copy it from the address bar";
    clearTimeout(timer);
    timer = setTimeout(() => (button.textContent = "Copy link"), 2000);
  }

  return {
    update() {},
    destroy() {
      clearTimeout(timer);
      element.remove();
    },
  };
}

/** Browsers let only safe origins (https, localhost) use the clipboard; elsewhere a selection is copied. */
async function written(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // not allowed: the other way
    }
  }
  const field = h("textarea", { style: "position: fixed; opacity: 0" });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
