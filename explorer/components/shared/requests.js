// What buttons anywhere on a page request of the component of stage mode.

/** @typedef {"stage" | "keep" | "help"} Request */

const requests = new EventTarget();

/** @param {Request} name "stage": stage mode on or off; "keep": the view in view into the tour; "help": words and keys */
export function request(name) {
  requests.dispatchEvent(new Event(name));
}

/**
 * @param {Request} name
 * @param {() => void} listener
 * @returns {() => void} stops it
 */
export function onRequest(name, listener) {
  requests.addEventListener(name, listener);
  return () => requests.removeEventListener(name, listener);
}
