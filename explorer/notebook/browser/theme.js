// Whether the notebook is light or dark now: each host has a way of its own to say so, but all set the colour of text.

/**
 * Give an element the colour scheme of its surroundings, now and whenever the notebook changes its theme.
 * @param {HTMLElement} element
 * @param {() => void} changed
 * @returns {() => void} stops it
 */
export function followTheme(element, changed) {
  const apply = () => {
    const scheme = isLight(getComputedStyle(element.parentElement ?? document.body).color) ? "dark" : "light";
    if (element.style.colorScheme === scheme) return;
    element.style.colorScheme = scheme;
    changed();
  };
  const observer = new MutationObserver(() => setTimeout(apply, 50)); // styles come after the attribute that names them
  for (const target of [document.documentElement, document.body]) observer.observe(target, { attributes: true });
  requestAnimationFrame(apply); // the element has a place in the document by then
  return () => observer.disconnect();
}

/**
 * @param {string} colour as computed: "rgb(0, 0, 0)" or "rgba(0, 0, 0, 0.87)"
 * @returns {boolean}
 */
export function isLight(colour) {
  const [red, green, blue] = colour.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0];
  return 0.299 * red + 0.587 * green + 0.114 * blue > 128;
}
