// What the components of a page send each other without the server: the code in view, and the path in view.

/**
 * A place that a path between images goes through.
 * @typedef {object} Keyframe
 * @property {string} text as in the link
 * @property {string} title
 * @property {number[]} z
 * @property {number | null} row the test image that it is
 */

/**
 * @typedef {object} Message
 * @property {number[]} [z] the code in view
 * @property {ArrayLike<number>[] | null} [path] codes along a path, or no path any more
 * @property {number[]} [go] a code that the others should go to
 * @property {number | null} [row] the test image that `go` is the code of
 * @property {number} [at] the place of `z` on the path, 0 … 1
 * @property {Keyframe[]} [keyframes] of the path
 * @property {import("./moves.js").Move} [led] where a presenter is
 * @property {number} [moment] of the training, also between two; sent to the run at its end
 */

/** @typedef {(message: Message, sender?: object) => void} Listener a listener that comes late has no sender */

/** @type {Map<string, {last: Message, listeners: Map<object, Listener>}>} */
const topics = new Map();

/** @param {string} run */
function topicOf(run) {
  let topic = topics.get(run);
  if (!topic) topics.set(run, (topic = { last: {}, listeners: new Map() }));
  return topic;
}

/**
 * Send a message to all listeners but the sender.
 * @param {string} run
 * @param {Message} message
 * @param {object} sender
 */
export function publish(run, message, sender) {
  const { last, listeners } = topicOf(run);
  Object.assign(last, message);
  for (const [owner, listener] of listeners) if (owner !== sender) listener(message, sender);
}

/**
 * Listen from now on, and receive at once what was sent last.
 * @param {string} run
 * @param {object} owner whose own messages are not sent to it
 * @param {Listener} listener
 * @returns {() => void} stops it
 */
export function subscribe(run, owner, listener) {
  const { last, listeners } = topicOf(run);
  listeners.set(owner, listener);
  if (Object.keys(last).length) listener({ ...last });
  return () => {
    listeners.delete(owner);
    if (!listeners.size) topics.delete(run);
  };
}
