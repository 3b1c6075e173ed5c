// How often the test images have each word, as bars that swap their word in.

import { h } from "../shared/dom.js";
import { number } from "../shared/numbers.js";

/**
 * @param {number[]} counts of each word
 * @param {(word: number) => void} chosen
 * @returns {{element: HTMLElement, show: (word: number) => void}} `show` marks a word
 */
export function countBars(counts, chosen) {
  const most = Math.max(...counts, 1);
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  const bars = counts.map((count, word) => {
    const bar = h("button", { type: "button", class: "word", tabIndex: -1, onclick: () => chosen(word) });
    bar.style.setProperty("--share", `${(100 * count) / most}%`);
    bar.title = `word ${word}: ${number((100 * count) / total, 1)} % of all cells`;
    return bar;
  });
  return {
    element: h("div", { class: "uses" }, ...bars),
    show: (now) => bars.forEach((bar, word) => bar.toggleAttribute("data-now", word === now)),
  };
}
