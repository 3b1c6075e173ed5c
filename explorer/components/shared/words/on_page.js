// Where the glossary's words stand on the page, in Streamlit's part of it and in components.

/** @typedef {import("./matches.js").Word} Word */

const MAIN = '[data-testid="stMain"]';
/** What has no text for a person, and our own overlay. */
const LEFT_OUT = "script, style, svg, canvas, textarea, select, option, code, math, .st-key-stage-bar, [data-testid=stIconMaterial], [hidden]";

/**
 * The first place of each word.
 * @param {import("./matches.js").Glossary} glossary
 * @returns {Map<Word, Range>} in the order of the page
 */
export function wordsOnPage(glossary) {
  /** @type {Map<Word, Range>} */
  const found = new Map();
  for (const node of texts(document.querySelector(MAIN))) {
    for (const { word, start, end } of glossary.matches(node.data)) {
      if (found.has(word)) continue;
      const range = document.createRange();
      range.setStart(node, start);
      range.setEnd(node, end);
      found.set(word, range);
    }
  }
  return found;
}

/**
 * @param {Node | null} root
 * @returns {Generator<Text>} texts that are shown
 */
function* texts(root) {
  for (const child of root?.childNodes ?? []) {
    if (child instanceof Text) yield child;
    if (!(child instanceof Element) || child.matches(LEFT_OUT) || !child.checkVisibility()) continue;
    if (child.shadowRoot) yield* texts(child.shadowRoot);
    yield* texts(child);
  }
}
