// A source that decodes one code, always the newest.

/**
 * @typedef {object} NewestCode
 * @property {(z: ArrayLike<number>, time?: number) => void} show
 * @property {() => void} remove
 */

/**
 * @param {import("./connection.js").Connection} connection
 * @param {(pixels: Uint8Array, time: number, z: Float64Array) => void} painted for each answer; `time` is when its code
 *   was shown
 * @returns {NewestCode}
 */
export function decodeNewest(connection, painted) {
  /** @type {{z: Float64Array, time: number} | null} */
  let waiting = null;
  const remove = connection.add({
    limit: 1,
    next() {
      if (!waiting) return null;
      const sent = waiting;
      waiting = null;
      return {
        codes: Float32Array.from(sent.z),
        done: (pixels) => painted(pixels, sent.time, sent.z),
        lost: () => (waiting ??= sent),
      };
    },
  });
  return {
    remove,
    show(z, time = performance.now()) {
      waiting = { z: Float64Array.from(z), time };
      connection.poll();
    },
  };
}
