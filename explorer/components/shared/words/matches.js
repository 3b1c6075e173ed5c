// Technical words in a text, as vae_core/glossary.py finds them.

/** @typedef {{name: string, text: string, spellings: string[]}} Word */
/** @typedef {{word: Word, start: number, end: number}} Match */

export class Glossary {
  /** @type {Map<string, Word>} */
  #words = new Map();
  #pattern;

  /** @param {Word[]} words */
  constructor(words) {
    for (const word of words) for (const spelling of word.spellings) this.#words.set(spelling.toLowerCase(), word);
    const spellings = words.flatMap((word) => word.spellings).sort((a, b) => b.length - a.length);
    this.#pattern = new RegExp(`(?<![\\p{L}\\p{N}_@])(?:${spellings.map(source).join("|")})(?![\\p{L}\\p{N}_@])`, "gu");
  }

  /**
   * @param {string} text
   * @returns {Match[]} in the order of the text
   */
  matches(text) {
    return [...text.matchAll(this.#pattern)].map((match) => {
      const word = /** @type {Word} */ (this.#words.get(match[0].toLowerCase()));
      return { word, start: match.index, end: match.index + match[0].length };
    });
  }
}

/** @param {string} spelling a form of plain letters matches in any case, others exactly */
function source(spelling) {
  if (!/^[A-Z]?[a-z –-]+$/.test(spelling)) return spelling.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  return [...spelling].map((letter) => (/[a-z]/i.test(letter) ? `[${letter.toLowerCase()}${letter.toUpperCase()}]` : letter)).join("");
}
