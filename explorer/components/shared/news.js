// Which values from Python are news, and which are what was reported from here, maybe a while ago.

export class News {
  /** @type {string[]} reported, and not shown by Python yet; the oldest first */
  #reported = [];
  #shown;

  /** @param {unknown} shown by Python at first */
  constructor(shown) {
    this.#shown = JSON.stringify(shown);
  }

  /** @param {unknown} value */
  report(value) {
    const text = JSON.stringify(value);
    if (this.#reported.length || text !== this.#shown) this.#reported.push(text);
  }

  /**
   * Whether Python shows another value than before, and not one that was reported from here, which may be older than
   * the one in view.
   * @param {unknown} value
   * @returns {boolean}
   */
  take(value) {
    const text = JSON.stringify(value);
    if (text === this.#shown) return false;
    this.#shown = text;
    const place = this.#reported.lastIndexOf(text);
    this.#reported.splice(0, place + 1); // it has arrived, and with it all before: to come back to one of them is news
    return place < 0;
  }
}
