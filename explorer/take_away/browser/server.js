// In place of components/shared/server.js: the same answers from what lies in the file.

import { toPlanes } from "../../components/shared/pixels.js";
import { parseSafetensors } from "../../components/shared/safetensors.js";
import { contents, fileOf } from "./contents.js";
import { localDecoder, opened } from "./decoder.js";

/** @typedef {Record<string, import("../../components/shared/safetensors.js").Tensor>} Tensors */

/** @type {Map<string, number>} draws used so far */
const used = new Map();

/**
 * @param {string} run
 * @param {string} name
 * @returns {Promise<Tensors>}
 */
export async function fetchTensors(run, name) {
  return parseSafetensors(await fileOf(run, name));
}

/**
 * Test images as pixels.
 * @param {string} run
 * @param {string} rest as in "/images?rows=3,1"
 * @returns {Promise<ArrayBuffer>} n · H · W · C
 */
export async function fetchBytes(run, rest) {
  const rows = rest.match(/rows=([\d,]+)/)?.[1].split(",").map(Number) ?? [];
  const parts = await Promise.all(rows.map((row) => pixelsOf(run, row)));
  return new Blob(parts).arrayBuffer();
}

/**
 * A test image; where it is not in the file, what its code decodes to.
 * @param {string} run
 * @param {number} row
 * @returns {Promise<Uint8Array<ArrayBuffer>>} H · W · C pixels
 */
async function pixelsOf(run, row) {
  const { images, shape, codes, info } = contents.runs[run];
  const size = shape.reduce((product, side) => product * side);
  if (row < images) return new Uint8Array(await fileOf(run, "images"), row * size, size);
  const { mu, labels } = await fetchTensors(run, codes);
  const z = Float32Array.from(mu.data.subarray(row * info.dims, (row + 1) * info.dims));
  const decoder = await localDecoder(run, info);
  const condition = info.classes && labels ? labels.data[row] : (info.betas?.[0] ?? -1);
  const pixels = await new Promise((done, lost) => decoder.decode(z, condition, { done, lost }));
  return Uint8Array.from(pixels);
}

/**
 * The next of the prior's draws in the file.
 * @param {string} run
 * @returns {Promise<Float32Array>}
 */
export async function drawFromPrior(run) {
  const { dims } = contents.runs[run].info;
  const draws = new Float32Array(await fileOf(run, "draws"));
  const next = used.get(run) ?? 0;
  used.set(run, (next + 1) % (draws.length / dims));
  return draws.slice(next * dims, (next + 1) * dims);
}

export function prepareEncoder() {} // it is here

/**
 * @param {string} run
 * @param {Uint8Array} pixels H · W · C
 * @param {number} [condition]
 * @returns {Promise<Float32Array>} its code
 */
export async function encode(run, pixels, condition = -1) {
  const { shape } = contents.runs[run];
  const { engine, key } = await opened(run, "encoder");
  return engine.encode(key, toPlanes(pixels, shape), condition, shape);
}

/**
 * @param {string} run
 * @param {string} _version
 * @param {number[]} rows
 * @returns {Promise<Float32Array>} n · steps · D: the codes of test images at each β of the slider
 */
export async function fetchCodesAlong(run, _version, rows) {
  const { steps, info } = contents.runs[run];
  const codes = new Float32Array(rows.length * steps.length * info.dims);
  let at = 0;
  for (const row of rows) {
    const pixels = await pixelsOf(run, row);
    for (const beta of steps) {
      codes.set(await encode(run, pixels, beta), at);
      at += info.dims;
    }
  }
  return codes;
}
