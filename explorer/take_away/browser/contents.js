// What lies in the file: models, codes, maps and images, compressed and as text.

/**
 * @typedef {object} RunContents
 * @property {import("../../components/shared/remote.js").RunInfo} info
 * @property {[channels: number, height: number, width: number]} shape
 * @property {Record<string, string>} files by name, gzip in base64: decoder, encoder, images, draws, and files of the run's cache
 * @property {number} images how many test images are in the file; others are decoded from their codes
 * @property {string} codes the file of codes
 * @property {number[]} steps values of β on the slider
 */

/**
 * @typedef {object} ViewContents
 * @property {string} title
 * @property {string} component
 * @property {Record<string, any>} props
 */

/**
 * @typedef {object} Contents
 * @property {string} title
 * @property {Record<string, RunContents>} runs by id
 * @property {ViewContents[]} views
 * @property {string} runtime onnxruntime's WebAssembly, gzip in base64
 */

/** @type {Contents} */
export const contents = JSON.parse(document.getElementById("contents")?.textContent ?? "{}");

/** @type {Map<string, Promise<ArrayBuffer>>} */
const unpacked = new Map();

/**
 * @param {string} text gzip in base64
 * @returns {Promise<ArrayBuffer>}
 */
export async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/**
 * @param {string} run
 * @param {string} name
 * @returns {Promise<ArrayBuffer>} one file of a run
 */
export function fileOf(run, name) {
  const key = `${run}/${name}`;
  const text = contents.runs[run]?.files[name];
  if (text === undefined) return Promise.reject(new Error(`This file holds no ${name} of ${run}.`));
  const known = unpacked.get(key) ?? unpack(text);
  unpacked.set(key, known);
  return known;
}
