// What components on one page tell each other without asking the server: where we are, and the path we walk.

const topics = new Map();

function topic(run) {
  if (!topics.has(run)) topics.set(run, { last: {}, listeners: new Set() });
  return topics.get(run);
}

/** Tell the others: {z} a code, {path} codes along a path or null. `from` does not hear itself. */
export function publish(run, message, from) {
  const { last, listeners } = topic(run);
  Object.assign(last, message);
  for (const listener of listeners) if (listener.from !== from) listener.heard(message);
}

/** Hear of everything from now on, and at once of what was said last; returns how to stop. */
export function subscribe(run, from, heard) {
  const { last, listeners } = topic(run);
  const listener = { from, heard };
  listeners.add(listener);
  if (Object.keys(last).length) heard({ ...last });
  return () => {
    listeners.delete(listener);
    if (!listeners.size) topics.delete(run);
  };
}
