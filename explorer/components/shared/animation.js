// What plays: a function called before each frame.

/**
 * 0 → 1 → 0 over `period` seconds, evenly there and back.
 * @param {number} seconds
 * @param {number} period
 * @returns {number}
 */
export function pingPong(seconds, period) {
  const phase = (seconds / period) % 1;
  return phase < 0.5 ? 2 * phase : 2 - 2 * phase;
}

export class Animation {
  /** @type {number | null} */
  #handle = null;

  get running() {
    return this.#handle !== null;
  }

  /**
   * Call `tick` before each frame until `stop()`.
   * @param {(seconds: number, now: number) => void} tick `seconds` since the start; `now` is the frame's time stamp
   */
  start(tick) {
    this.stop();
    const start = performance.now();
    /** @param {number} now */
    const next = (now) => {
      this.#handle = requestAnimationFrame(next);
      tick(Math.max(0, now - start) / 1000, now);
    };
    this.#handle = requestAnimationFrame(next);
  }

  /** @returns {boolean} whether it was running */
  stop() {
    if (this.#handle === null) return false;
    cancelAnimationFrame(this.#handle);
    this.#handle = null;
    return true;
  }
}
