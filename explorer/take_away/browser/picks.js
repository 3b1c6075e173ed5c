// Picked images as keyframes of a path.

import { fetchTensors } from "./server.js";

const MOST = 8;

/**
 * @param {string} run
 * @param {string} codes the file of codes
 * @param {number[]} rows
 * @returns {Promise<import("../../components/shared/bus.js").Keyframe[]>}
 */
export async function keyframesOf(run, codes, rows) {
  const { mu } = await fetchTensors(run, codes);
  const dims = mu.shape[1];
  return rows.slice(0, MOST).map((row) => ({
    text: `${row}`,
    title: `image ${row}`,
    z: Array.from(mu.data.subarray(row * dims, (row + 1) * dims)),
    row,
  }));
}
