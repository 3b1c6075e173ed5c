// An image file that a person drops on the page, as the model's images are.

import { fromRgba } from "./pixels.js";

/**
 * The largest square in the middle of an image.
 * @param {number} width
 * @param {number} height
 * @returns {{left: number, top: number, side: number}}
 */
export function middleSquare(width, height) {
  const side = Math.min(width, height);
  return { left: (width - side) / 2, top: (height - side) / 2, side };
}

/**
 * @param {File} file
 * @param {import("./component.js").Shape} shape
 * @returns {Promise<Uint8Array<ArrayBuffer>>} H · W · C
 */
export async function readImage(file, [channels, height, width]) {
  const bitmap = await createImageBitmap(file);
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (!context) throw new Error("This browser cannot scale images.");
  context.imageSmoothingQuality = "high";
  const { left, top, side } = middleSquare(bitmap.width, bitmap.height);
  context.drawImage(bitmap, left, top, side, side, 0, 0, width, height);
  return fromRgba(context.getImageData(0, 0, width, height).data, channels);
}

/**
 * @param {HTMLElement} element
 * @param {(file: File) => unknown} dropped called with an image file that was dropped on the element
 */
export function onImageDrop(element, dropped) {
  element.addEventListener("dragover", (event) => event.preventDefault());
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file?.type.startsWith("image/")) dropped(file);
  });
}
