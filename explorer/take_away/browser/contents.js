// What there is: models, codes, maps and images, each at an address, which may be the file itself (`data:`).

/**
 * @typedef {object} RunContents
 * @property {import("../../components/shared/remote.js").RunInfo} info
 * @property {[channels: number, height: number, width: number]} shape
 * @property {Record<string, string>} files addresses by name, gzip: decoder, encoder, images, draws, and files of the run's cache
 * @property {number} images how many test images there are; others are decoded from their codes
 * @property {string} codes the file of codes
 * @property {number[]} steps values of β on the slider
 */

/**
 * @typedef {object} ViewContents
 * @property {string} title
 * @property {string} component
 * @property {Record<string, any>} props
 * @property {string} [caption] what is said about it
 */

/**
 * @typedef {object} Contents
 * @property {string} title
 * @property {Record<string, RunContents>} runs by id
 * @property {ViewContents[]} views
 * @property {boolean} [tour] whether they are shown in turn
 * @property {string} [follow] address of the socket of a presenter's moves
 * @property {string} [home] address of the page that lists all runs
 * @property {string} runtime address of onnxruntime's WebAssembly, gzip
 */

/** @type {Contents} */
export const contents = JSON.parse(document.getElementById("contents")?.textContent ?? "{}");

/** @type {Map<string, Promise<ArrayBuffer>>} by address */
const fetched = new Map();

/**
 * @param {string} address of a file that is compressed with gzip
 * @returns {Promise<ArrayBuffer>}
 */
export function unpack(address) {
  const known = fetched.get(address);
  if (known) return known;
  const content = fetchUnpacked(address);
  content.catch(() => fetched.delete(address));
  fetched.set(address, content);
  return content;
}

/** @param {string} address */
async function fetchUnpacked(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  const bytes = await answer.arrayBuffer();
  const [first, second] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  if (first !== 0x1f || second !== 0x8b) return bytes; // some hosts name the compression, and the browser has undone it
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/**
 * @param {string} run
 * @param {string} name
 * @returns {Promise<ArrayBuffer>} one file of a run
 */
export async function fileOf(run, name) {
  const address = contents.runs[run]?.files[name];
  if (address === undefined) throw new Error(`There is no ${name} of ${run} here.`);
  return unpack(address);
}
