// A decoder that is open in this browser: in a worker, or in an engine on the page's own thread.

/** @typedef {Pick<import("./engine.js").Engine, "decode">} Place */

export class LocalDecoder {
  #single;
  /** @type {{place: Place, waiting: number}[]} */
  #several;
  #key;
  #dims;

  /**
   * @param {Place} place where the decoder is open
   * @param {string} key
   * @param {number} dims
   */
  constructor(place, key, dims) {
    this.#single = place;
    this.#several = [{ place, waiting: 0 }];
    this.#key = key;
    this.#dims = dims;
  }

  /**
   * From now on single codes are decoded in a place of their own.
   * @param {Place} place where the decoder is open, too
   */
  hurryBy(place) {
    this.#single = place;
  }

  /**
   * From now on several codes at once are decoded in places of their own, each time where the fewest wait.
   * @param {...Place} places where the decoder is open, too
   */
  relieveBy(...places) {
    this.#several = places.map((place) => ({ place, waiting: 0 }));
  }

  /**
   * @param {Float32Array} codes n · D
   * @param {number} condition a class or a β, for models that need one
   * @param {import("../remote.js").Answer} answer
   */
  decode(codes, condition, { done, lost }) {
    if (codes.length === this.#dims) {
      this.#single.decode(this.#key, codes, condition, this.#dims).then(done, lost);
      return;
    }
    const least = Math.min(...this.#several.map(({ waiting }) => waiting));
    const chosen = this.#several.find(({ waiting }) => waiting === least) ?? this.#several[0];
    chosen.waiting += 1;
    chosen.place
      .decode(this.#key, codes, condition, this.#dims)
      .finally(() => (chosen.waiting -= 1))
      .then(done, lost);
  }
}
