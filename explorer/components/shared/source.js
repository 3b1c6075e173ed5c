// The test image that the code in view is of: choosing one, and showing it beside what is decoded.

import { paint } from "./canvas.js";
import { button } from "./controls.js";
import { h } from "./dom.js";
import { Pictures } from "./pictures.js";
import { fetchTensors } from "./server.js";

/**
 * @typedef {object} SourceProps
 * @property {number | null} row the test image that the code is of
 * @property {number} images how many test images there are
 * @property {string | null} codes the file of their codes
 * @property {boolean} originals whether they can be shown
 */

/**
 * @typedef {object} SourceImage
 * @property {HTMLElement[]} tools
 * @property {HTMLElement} figure
 * @property {(row: number | null) => Promise<void>} show
 * @property {(row: number) => void} set the number in the field
 */

/**
 * @param {import("./component.js").RunProps & SourceProps} data
 * @param {(row: number) => unknown} go called when a person chooses a test image
 * @returns {SourceImage}
 */
export function sourceImage(data, go) {
  const pictures = new Pictures(data.run, data.version);
  const canvas = h("canvas", { class: "pixels small", role: "img", hidden: true });
  const caption = h("figcaption");
  const figure = h("figure", { hidden: true }, canvas, caption);
  const field = h("input", {
    type: "number",
    class: "which",
    min: 0,
    max: Math.max(0, data.images - 1),
    value: `${data.row ?? 0}`,
    "aria-label": "Test image",
    onchange: () => {
      go(field.valueAsNumber);
    },
  });
  const own = button("This image’s code", () => go(field.valueAsNumber), "The code of this test image");
  const random = button(
    "Random image",
    () => go(Math.floor(Math.random() * data.images)),
    "The code of any test image",
  );
  random.hidden = !data.codes;
  const tools = [h("span", { class: "joined", hidden: !data.codes }, own, field), random];

  /** @param {number | null} row */
  async function show(row) {
    figure.hidden = row === null || !data.originals;
    if (row === null || figure.hidden || figure.dataset.row === `${row}`) return;
    figure.dataset.row = `${row}`;
    const pixels = await pictures.get(row);
    if (figure.dataset.row !== `${row}`) return; // another one was requested meanwhile
    paint(canvas, pixels, data.shape);
    canvas.hidden = false;
    canvas.setAttribute("aria-label", `Test image ${row}`);
    caption.textContent = `test image ${row}`;
  }

  return { tools, figure, show, set: (row) => (field.value = `${row}`) };
}

/**
 * The code and the label of a test image; null where there is no such image.
 * @param {string} run
 * @param {SourceProps} props
 * @param {number} row
 * @returns {Promise<{z: ArrayLike<number>, label: number | null} | null>}
 */
export async function codeOfImage(run, { codes, images }, row) {
  if (!codes || !(row >= 0 && row < images)) return null;
  const { mu, labels } = await fetchTensors(run, codes);
  const dims = mu.shape[1];
  return { z: mu.data.subarray(row * dims, (row + 1) * dims), label: labels ? labels.data[row] : null };
}
