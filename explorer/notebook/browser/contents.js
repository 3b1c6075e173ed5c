// In place of take_away/browser/contents.js: files come from Python with the widgets, which add them here.

/** @typedef {import("../../take_away/browser/contents.js").RunContents} RunContents */

/** @type {{runs: Record<string, RunContents>, runtime: string}} */
export const contents = { runs: {}, runtime: "" };

/** @type {Map<string, DataView<ArrayBuffer> | Promise<ArrayBuffer>>} by address: compressed, then unpacked */
const files = new Map();

/**
 * @param {{runs: Record<string, RunContents>, runtime: string}} more
 * @param {Record<string, DataView<ArrayBuffer>>} compressed by address, a hash of the content
 */
export function add({ runs, runtime }, compressed) {
  for (const [run, { files, ...about }] of Object.entries(runs)) {
    contents.runs[run] = { ...about, files: { ...contents.runs[run]?.files, ...files } }; // widgets have different maps
  }
  contents.runtime = runtime;
  for (const [address, content] of Object.entries(compressed)) if (!files.has(address)) files.set(address, content);
}

/**
 * @param {string} address of a file that is compressed with gzip
 * @returns {Promise<ArrayBuffer>}
 */
export async function unpack(address) {
  const found = files.get(address);
  if (!found) throw new Error(`There is no file ${address} here.`);
  if (!(found instanceof DataView)) return found;
  const unpacked = new Response(new Blob([found]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  files.set(address, unpacked);
  return unpacked;
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
