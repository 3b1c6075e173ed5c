import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Report } from "../../explorer/components/shared/report.js";

let sent = [];

/** What Streamlit hands over, with these props. */
function componentOf(data) {
  return {
    data,
    setStateValue: (name, { value, tries }) => sent.push([name, value, tries]),
    setTriggerValue: (name, value) => sent.push([name, value]),
  };
}

beforeEach(() => {
  sent = [];
  mock.timers.enable({ apis: ["setTimeout"] });
});

afterEach(() => mock.timers.reset());

test("a state is sent again after 2, 4, 8, 16 and 32 seconds, and then no more", () => {
  new Report(componentOf({ z: [0] })).setValue("z", [1]);
  const counts = [0, 1999, 1, 4000, 8000, 16_000, 32_000, 10 ** 6].map((passed) => {
    mock.timers.tick(passed);
    return sent.length;
  });
  assert.deepEqual(counts, [1, 1, 2, 3, 4, 5, 6, 6]);
  assert.deepEqual(
    sent.map(([, , tries]) => tries),
    [0, 1, 2, 3, 4, 5], // equal values would not be sent
  );
});

test("while the server is gone a state waits, however long, and is sent once it is back", () => {
  let isLost = true;
  globalThis.document = { querySelector: () => (isLost ? {} : null) };
  new Report(componentOf({ z: [0] })).setValue("z", [1]);
  mock.timers.tick(10 ** 6);
  assert.deepEqual(sent, []);
  isLost = false;
  mock.timers.tick(2000);
  assert.deepEqual(sent, [["z", [1], 0]]);
  delete globalThis.document;
});

test("a state whose prop has changed has arrived, one whose prop has not is sent again", () => {
  const report = new Report(componentOf({ z: [0], reach: 3 }));
  report.setValue("z", [1]);
  report.setValue("reach", 4);
  report.update(componentOf({ z: [1], reach: 3 }));
  mock.timers.tick(2000);
  assert.deepEqual(sent, [
    ["z", [1], 0],
    ["reach", 4, 0],
    ["reach", 4, 1],
  ]);
});

test("a newer value replaces one that is still to be sent", () => {
  const report = new Report(componentOf({ z: 0 }));
  report.setValue("z", 1);
  report.setValue("z", 2);
  mock.timers.tick(2000);
  assert.deepEqual(sent, [
    ["z", 1, 0],
    ["z", 2, 0],
    ["z", 2, 1],
  ]);
});

test("what a state is in the props may be computed", () => {
  const texts = ({ keyframes }) => keyframes.map(({ text }) => text);
  const report = new Report(componentOf({ keyframes: [{ text: "3" }] }), texts);
  report.setValue("keys", ["3", "4"]);
  report.update(componentOf({ keyframes: [{ text: "3" }, { text: "4" }] }));
  mock.timers.tick(10 ** 6);
  assert.equal(sent.length, 1);
});

test("nothing is sent after the end", () => {
  const report = new Report(componentOf({ z: 0 }));
  report.setValue("z", 1);
  report.emitGone();
  report.stop();
  mock.timers.tick(10 ** 6);
  assert.deepEqual(sent, [
    ["z", 1, 0],
    ["gone", true],
  ]);
});
