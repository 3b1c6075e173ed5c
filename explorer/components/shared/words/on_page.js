// Where the glossary's words stand on the page, in Streamlit's part of it and in components.

/** @typedef {import("./matches.js").Word} Word */

const MAIN = '[data-testid="stMain"]';
/** What has no text for a person, and what is ours. */
const LEFT_OUT = "script, style, svg, canvas, textarea, select, option, code, math, .spoken, .st-key-stage-bar, [data-testid=stIconMaterial], [hidden]";

/** Where a line below a word would disturb, would seem to be a link, or would belong to a formula. */
export const UNMARKED = "h1, h2, h3, h4, h5, h6, a, button, summary, [role=tab], [role=button], .katex";

/**
 * The first place of each word.
 * @param {import("./matches.js").Glossary} glossary
 * @param {string} [leftOut] selector of elements whose words are not looked for
 * @returns {Map<Word, Range>} in the order of the page
 */
export function wordsOnPage(glossary, leftOut = "") {
  /** @type {Map<Word, Range>} */
  const found = new Map();
  for (const node of texts(document.querySelector(MAIN), leftOut ? `${LEFT_OUT}, ${leftOut}` : LEFT_OUT)) {
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
 * @param {string} leftOut
 * @returns {Generator<Text>} texts that are shown
 */
function* texts(root, leftOut) {
  for (const child of root?.childNodes ?? []) {
    if (child instanceof Text) yield child;
    if (!(child instanceof Element) || child.matches(leftOut) || !isShown(child)) continue;
    if (child.shadowRoot) yield* texts(child.shadowRoot, leftOut);
    yield* texts(child, leftOut);
  }
}

/** @param {Element} element one without a box of its own may have children that are shown */
function isShown(element) {
  return element.checkVisibility() || getComputedStyle(element).display === "contents";
}
