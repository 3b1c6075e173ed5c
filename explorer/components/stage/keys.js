// What a key does: on every page, and on a stage, where each button has a letter of its own.

/**
 * @typedef {"stage" | "help" | "black" | "keep" | "next" | "back" | "close" | "play" | "slider" | "letter"} Name
 * @typedef {{name: Name, key?: string}} Action key: a digit or a letter
 * @typedef {object} Situation
 * @property {boolean} stage stage mode is on
 * @property {boolean} tour a tour plays
 * @property {boolean} types the focus is in a field for text
 * @property {boolean} slides it is on a slider
 */

/** @type {[keys: string, what: string][]} */
export const KEYS = [
  ["F", "Stage mode on or off"],
  ["Page Down", "Next view of the tour"],
  ["Page Up", "View before"],
  ["K", "Keep this view in the tour"],
  ["B", "Black screen, and back"],
  ["1 … 9, 0", "A slider of the page; arrows move it"],
  ["Space", "Play the slider, or stop it"],
  ["Ctrl Z", "Undo on the sliders"],
  ["Esc", "Close this; leave the stage"],
  ["?", "Words on this page, and keys"],
];

/** Letters that no button gets. */
const TAKEN = "fkb";
/** @type {Record<string, Name>} */
const ALWAYS = { f: "stage", "?": "help", k: "keep" };

/**
 * @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean}} event
 * @param {Situation} situation
 * @returns {Action | null} null: the key is none of ours
 */
export function actionOf({ key, ctrlKey, metaKey, altKey }, { stage, tour, types, slides }) {
  if (ctrlKey || metaKey || altKey) return null;
  if (tour && key === "PageDown") return { name: "next" };
  if (tour && key === "PageUp") return { name: "back" };
  if (types) return null;
  const small = key.toLowerCase();
  if (key === "Escape") return { name: "close" };
  if (ALWAYS[small]) return { name: ALWAYS[small] };
  if (!stage) return null;
  if (small === "b" || key === ".") return { name: "black" };
  if (/^\d$/.test(key)) return { name: "slider", key };
  if (key === " " && slides) return { name: "play" };
  return /^[a-z]$/.test(small) ? { name: "letter", key: small } : null;
}

/**
 * A letter for each label: the first of its own that is free, so that the same page has the same letters each time.
 * @param {string[]} labels
 * @returns {Map<string, number>} letter → index of its label
 */
export function letters(labels) {
  const found = new Map();
  for (const [index, label] of labels.entries()) {
    const letter = [...label.toLowerCase(), ..."abcdefghijklmnopqrstuvwxyz"].find(
      (one) => /^[a-z]$/.test(one) && !TAKEN.includes(one) && !found.has(one),
    );
    if (letter) found.set(letter, index);
  }
  return found;
}
