// What buttons anywhere on a page request of the component of stage mode; one that is not there yet does it when it comes.

/** @typedef {"stage" | "keep" | "help"} Request */

/** @type {Map<Request, () => void>} */
const listeners = new Map();
/** @type {Set<Request>} */
const waiting = new Set();

/** @param {Request} name "stage": stage mode on or off; "keep": the view in view into the tour; "help": words and keys */
export function request(name) {
  const listener = listeners.get(name);
  if (listener) listener();
  else waiting.add(name);
}

/**
 * @param {Request} name
 * @param {() => void} listener the only one
 * @returns {() => void} stops it
 */
export function onRequest(name, listener) {
  listeners.set(name, listener);
  if (waiting.delete(name)) queueMicrotask(listener);
  return () => {
    if (listeners.get(name) === listener) listeners.delete(name);
  };
}
