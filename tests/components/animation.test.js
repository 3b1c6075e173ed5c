import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Animation, pingPong } from "../../explorer/components/shared/animation.js";
import { FRAMES, frameAt } from "../../explorer/components/shared/film.js";

let frames = new Map();
let handle = 0;

beforeEach(() => {
  frames = new Map();
  globalThis.requestAnimationFrame = (call) => {
    frames.set(++handle, call);
    return handle;
  };
  globalThis.cancelAnimationFrame = (known) => frames.delete(known);
});

afterEach(() => {
  delete globalThis.requestAnimationFrame;
  delete globalThis.cancelAnimationFrame;
});

/** Run the next frame at `now`. */
function frame(now) {
  const calls = [...frames.values()];
  frames.clear();
  for (const call of calls) call(now);
}

test("there and back, evenly", () => {
  const shares = [0, 1, 2, 3, 4, 5, 9].map((seconds) => pingPong(seconds, 4));
  assert.deepEqual(shares, [0, 0.5, 1, 0.5, 0, 0.5, 0.5]);
});

test("a film begins with its first frame and turns at its last", () => {
  assert.deepEqual([0, 0.5, 1].map(frameAt), [0, 24, FRAMES - 1]);
});

test("an animation ticks before each frame until it is stopped", () => {
  const animation = new Animation();
  const seconds = [];
  const start = performance.now();
  animation.start((passed, now) => seconds.push([passed, now]));
  assert.equal(animation.running, true);
  frame(start - 5); // a frame's time stamp may lie before the start
  frame(start + 2000);
  assert.deepEqual(seconds[0], [0, start - 5]);
  assert.ok(Math.abs(seconds[1][0] - 2) < 0.1);
  assert.equal(animation.stop(), true);
  assert.equal(animation.stop(), false);
  assert.equal(animation.running, false);
  assert.equal(frames.size, 0);
});

test("another start ends the first", () => {
  const animation = new Animation();
  let ticks = 0;
  animation.start(() => assert.fail("the first one ticks"));
  animation.start(() => ticks++);
  frame(0);
  assert.equal(ticks, 1);
  animation.stop();
});
