import assert from "node:assert/strict";
import { test } from "node:test";

import { publish, subscribe } from "../../explorer/components/shared/bus.js";

test("all listeners of the run but the sender receive a message", () => {
  const seen = [];
  const [a, b] = [{}, {}];
  const stops = [
    subscribe("one", a, (message) => seen.push(["a", message])),
    subscribe("one", b, (message) => seen.push(["b", message])),
    subscribe("two", {}, () => assert.fail("another run's message")),
  ];
  publish("one", { z: [1] }, a);
  assert.deepEqual(seen, [["b", { z: [1] }]]);
  for (const stop of stops) stop();
  publish("one", { z: [2] }, {});
  assert.equal(seen.length, 1);
});

test("a late listener receives at once what was sent last", () => {
  const stop = subscribe("late", {}, () => {});
  publish("late", { z: [1] }, {});
  publish("late", { path: [[2]] }, {});
  publish("late", { z: [3] }, {});
  const seen = [];
  const stopLate = subscribe("late", {}, (message) => seen.push(message));
  assert.deepEqual(seen, [{ z: [3], path: [[2]] }]);
  stop();
  stopLate();
  subscribe("late", {}, () => assert.fail("what was sent to listeners that have left"))();
});

test("a listener hears who sent a message", () => {
  const sender = {};
  let heard;
  const stop = subscribe("who", {}, (_, from) => (heard = from));
  publish("who", { z: [1] }, sender);
  assert.equal(heard, sender);
  stop();
});
