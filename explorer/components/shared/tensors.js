// Arrays over HTTP: safetensors files, codes, raw pictures of test images.

import { addressOf } from "./live.js";

const KINDS = {
  F32: Float32Array,
  F64: Float64Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  U8: Uint8Array,
};
const files = new Map();

async function bytes(address, options) {
  const answer = await fetch(address, options);
  if (!answer.ok) throw new Error((await answer.text()) || `${answer.status} ${address}`);
  return answer.arrayBuffer();
}

/** A safetensors file from the run's cache → {name: {data, shape}}; asked for once. */
export function tensors(run, name) {
  const address = addressOf(run, `/cache/${name}`);
  if (!files.has(address)) {
    const found = bytes(address).then(parse);
    found.catch(() => files.delete(address));
    files.set(address, found);
    if (files.size > 12) files.delete(files.keys().next().value);
  }
  return files.get(address);
}

function parse(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const found = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [from, to] = data_offsets;
    const start = 8 + length + from;
    const Kind = KINDS[dtype];
    // Views want aligned starts; where the file has none, a copy has.
    const data =
      start % Kind.BYTES_PER_ELEMENT
        ? new Kind(buffer.slice(start, 8 + length + to))
        : new Kind(buffer, start, (to - from) / Kind.BYTES_PER_ELEMENT);
    found[name] = { data, shape };
  }
  return found;
}

/** A code drawn from the run's prior. */
export async function drawFromPrior(run) {
  return new Float32Array(await bytes(addressOf(run, "/draw")));
}

/** The code of one image of the model's shape, as raw pixels (H · W · C). */
export async function encode(run, pixels, condition = -1) {
  const rest = condition >= 0 ? `/encode?at=${condition}` : "/encode";
  return new Float32Array(await bytes(addressOf(run, rest), { method: "POST", body: pixels }));
}

/** Test images by row as raw pixels; those asked for lately are kept. */
export class Pictures {
  constructor(run, version) {
    this.run = run;
    this.version = version;
    this.kept = new Map();
  }

  /** Pixels (H · W · C) of one test image. */
  get(row) {
    const known = this.kept.get(row);
    if (known) {
      this.kept.delete(row);
      this.kept.set(row, known);
      return known;
    }
    const found = bytes(addressOf(this.run, `/images?rows=${row}&v=${this.version}`)).then(
      (buffer) => new Uint8Array(buffer),
    );
    found.catch(() => this.kept.delete(row));
    this.kept.set(row, found);
    if (this.kept.size > 2000) this.kept.delete(this.kept.keys().next().value);
    return found;
  }
}
