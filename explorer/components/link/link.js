// Copy link: the address bar always has the link to what is in view, so that copying it copies the view. And what else is done with
// a view: keep it in the tour, show it on a stage, look up its words.

import { button } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { request } from "../shared/requests.js";

const SHOWN = 2000; // milliseconds that the button shows what happened

/**
 * @param {import("../shared/component.js").Component<unknown>} component
 * @returns {import("../shared/component.js").View<unknown>}
 */
export function mount({ parentElement }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const link = button("Copy link", copy, "A link that opens exactly this view");
  link.className = "link";
  const keep = button("Keep this view", () => request("keep"), "Add what is in view to the tour (K)");
  const stage = button("Stage", () => request("stage"), "No sidebar, large and dark, for a lecture (F)");
  const help = button("Words and keys", () => request("help"), "What the technical words on this page mean, and all keys (?)");
  keep.className = stage.className = help.className = "link";
  const element = h("div", { class: "betascope" }, link, h("div", { class: "pair" }, keep, stage), help);
  parentElement.append(element);

  async function copy() {
    const isCopied = await copyText(location.href);
    link.textContent = isCopied ? "Copied" : "Copy it from the address bar";
    clearTimeout(timer);
    timer = setTimeout(() => (link.textContent = "Copy link"), SHOWN);
  }

  return {
    update() {},
    destroy() {
      clearTimeout(timer);
      element.remove();
    },
  };
}

/**
 * Browsers let only safe origins (https, localhost) use the clipboard; elsewhere a selection is copied.
 * @param {string} text
 * @returns {Promise<boolean>} whether it is on the clipboard
 */
async function copyText(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (error) {
      console.info(`The clipboard is not allowed, a selection is copied: ${error}`);
    }
  }
  const field = h("textarea", { style: "position: fixed; opacity: 0" });
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}
