// Files of arrays: https://github.com/huggingface/safetensors

/** @typedef {Float32Array | Float64Array | Int32Array | Int16Array | Uint8Array} Numbers */

/** @typedef {{data: Numbers, shape: number[]}} Tensor */

/** The types that the app writes. */
const KINDS = { F32: Float32Array, F64: Float64Array, I32: Int32Array, I16: Int16Array, U8: Uint8Array };

/**
 * A safetensors file: the length of its header (uint64), the header (JSON), the data.
 * @param {ArrayBuffer} buffer
 * @returns {Record<string, Tensor>}
 */
export function parseSafetensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  /** @type {Record<string, {dtype: string, shape: number[], data_offsets: [number, number]}>} */
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  /** @type {Record<string, Tensor>} */
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [start, end] = data_offsets.map((offset) => 8 + length + offset);
    tensors[name] = { data: view(buffer, dtype, start, end), shape };
  }
  return tensors;
}

/**
 * @param {ArrayBuffer} buffer
 * @param {string} dtype
 * @param {number} start
 * @param {number} end
 * @returns {Numbers}
 */
function view(buffer, dtype, start, end) {
  if (!(dtype in KINDS)) throw new Error(`A safetensors file has the type ${dtype}, which is not supported.`);
  const Kind = KINDS[/** @type {keyof typeof KINDS} */ (dtype)];
  // A view must start at a multiple of its element's size; where the file has none, a copy does.
  if (start % Kind.BYTES_PER_ELEMENT) return new Kind(buffer.slice(start, end));
  return new Kind(buffer, start, (end - start) / Kind.BYTES_PER_ELEMENT);
}
