// The test image that a code is of: choosing one, and showing it beside what is decoded.

import { h } from "./dom.js";
import { paint } from "./pixels.js";
import { Pictures } from "./tensors.js";

/**
 * data: run, version, shape, row (or null), images (how many), codes (their file, or null), originals (whether they can
 * be shown). go(row): a person wants this one. → {tools, figure, show(row), set(row)}
 */
export function sourceImage(data, go) {
  const pictures = new Pictures(data.run, data.version);
  const canvas = h("canvas", { class: "pixels small", role: "img", hidden: true });
  const caption = h("figcaption");
  const figure = h("figure", { hidden: true }, canvas, caption);
  const which = h("input", {
    type: "number",
    class: "which",
    min: 0,
    max: Math.max(0, data.images - 1),
    value: `${data.row ?? 0}`,
    "aria-label": "Test image",
    onchange: () => go(which.valueAsNumber),
  });
  const tools = [
    h(
      "span",
      { class: "joined", hidden: !data.codes },
      h(
        "button",
        { type: "button", title: "The code of this test image", onclick: () => go(which.valueAsNumber) },
        "This image’s code",
      ),
      which,
    ),
    h(
      "button",
      {
        type: "button",
        hidden: !data.codes,
        title: "The code of any test image",
        onclick: () => go(Math.floor(Math.random() * data.images)),
      },
      "Random image",
    ),
  ];

  async function show(row) {
    figure.hidden = row === null || !data.originals;
    if (figure.hidden || figure.dataset.row === `${row}`) return;
    figure.dataset.row = `${row}`;
    const pixels = await pictures.get(row);
    if (figure.dataset.row !== `${row}`) return; // another one was asked for meanwhile
    paint(canvas, pixels, data.shape);
    canvas.hidden = false;
    canvas.setAttribute("aria-label", `Test image ${row}`);
    caption.textContent = `test image ${row}`;
  }

  return { tools, figure, show, set: (row) => (which.value = row) };
}
