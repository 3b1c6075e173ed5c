// What anywidget loads: all modules as sources, each after those that it imports. A module that comes as text imports others by
// their blobs' addresses. Python fills in the three texts in capitals.

const sources = /** @type {Record<string, string>} */ (/** @type {unknown} */ ("SOURCES"));

async function load() {
  /** @type {Record<string, string>} */
  const addresses = {};
  for (const [name, source] of Object.entries(sources)) {
    const linked = source.replace(/\b(from|import)(\s*)"([^"]+)"/g, (all, word, between, imported) =>
      imported in addresses ? `${word}${between}"${addresses[imported]}"` : all,
    );
    addresses[name] = URL.createObjectURL(new Blob([linked], { type: "text/javascript" }));
  }
  return import(addresses["ENTRY"]);
}

// Once in a document, however many widgets it has: they share the engine that decodes, and hear of each other.
const shared = /** @type {Record<string, Promise<any> | undefined>} */ (/** @type {unknown} */ (globalThis));
const loaded = (shared[`betascope ${"VERSION"}`] ??= load());

export default {
  /** @param {import("./widget.js").Given} given */
  render: async (given) => (await loaded).render(given),
};
