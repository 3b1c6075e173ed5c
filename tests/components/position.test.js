import assert from "node:assert/strict";
import { test } from "node:test";

import { Position } from "../../explorer/components/shared/position.js";

test("undo returns to where a gesture began, with its test image", () => {
  const position = new Position([0, 0], 5);
  assert.equal(position.canUndo, false);
  position.begin();
  for (const value of [1, 2, 3]) {
    position.begin(); // of the same gesture
    position.z[0] = value;
    position.row = null;
  }
  position.commit();
  position.begin();
  position.set([7, 7], null);
  position.commit();
  assert.deepEqual(position.undo(), { z: Float64Array.of(3, 0), row: null });
  assert.deepEqual(position.undo(), { z: Float64Array.of(0, 0), row: 5 });
  assert.equal(position.undo(), undefined);
  assert.equal(position.canUndo, false);
});

test("a hundred moves can be undone", () => {
  const position = new Position([0], null);
  for (let move = 1; move <= 150; move++) {
    position.begin();
    position.set([move], null);
    position.commit();
  }
  let last;
  for (let count = 0; count < 100; count++) last = position.undo();
  assert.deepEqual([...last.z], [50]);
  assert.equal(position.canUndo, false);
});

test("a code is reported with four decimals", () => {
  assert.deepEqual(new Position([1 / 3, 2], null).commit(), [0.3333, 2]);
});

test("a code from Python is news once, and never if it was reported from here", () => {
  const position = new Position([0, 0], null);
  assert.equal(position.isNews([0, 0]), false);
  assert.equal(position.isNews([1, 1]), true);
  assert.equal(position.isNews([1, 1]), false);
  position.set([2, 2], null);
  position.commit();
  assert.equal(position.isNews([2, 2]), false);
});
