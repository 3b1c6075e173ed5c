// A decoder that is open in this browser: in a worker, or in an engine on the page's own thread.

/** @typedef {Pick<import("./engine.js").Engine, "decode">} Place */

export class LocalDecoder {
  #single;
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
    this.#several = place;
    this.#key = key;
    this.#dims = dims;
  }

  /**
   * From now on several codes at once are decoded in a place of their own.
   * @param {Place} place where the decoder is open, too
   */
  relieveBy(place) {
    this.#several = place;
  }

  /**
   * @param {Float32Array} codes n · D
   * @param {number} condition a class or a β, for models that need one
   * @param {import("../remote.js").Answer} answer
   */
  decode(codes, condition, { done, lost }) {
    const place = codes.length === this.#dims ? this.#single : this.#several;
    place.decode(this.#key, codes, condition, this.#dims).then(done, lost);
  }
}
