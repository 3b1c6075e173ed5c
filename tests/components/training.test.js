import assert from "node:assert/strict";
import { test } from "node:test";

import { heightOf } from "../../explorer/components/collapse/rate_bars.js";
import { between } from "../../explorer/components/shared/map/flow.js";
import { TrainingFilm } from "../../explorer/components/shared/training_film.js";
import { places } from "../../explorer/components/training/loss_curve.js";

/** Three moments of two points. */
const MOMENTS = Float32Array.of(0, 0, 1, 1, 2, 0, 1, 3, 4, 4, 5, 5);

test("between two moments points are on their way from one to the other", () => {
  const { before, after, share } = between(MOMENTS, 2, 0.25);
  assert.deepEqual([...before], [0, 0, 1, 1]);
  assert.deepEqual([...after], [2, 0, 1, 3]);
  assert.equal(share, 0.25);
});

test("at the last moment they have arrived, and one moment alone stands still", () => {
  const last = between(MOMENTS, 2, 2);
  assert.deepEqual([[...last.after], last.share], [[4, 4, 5, 5], 1]);
  const only = between(MOMENTS.slice(0, 4), 2, 0);
  assert.deepEqual([[...only.before], [...only.after], only.share], [[0, 0, 1, 1], [0, 0, 1, 1], 0]);
});

test("the curve of the loss begins high at the left, ends low at the right, and leaves out what is not known", () => {
  const curve = places([500, null, 120, 100]);
  assert.equal(curve.length, 3);
  assert.deepEqual(curve.map(([x]) => x), [0, 400, 600]);
  assert.deepEqual([curve[0][1], curve[2][1]], [3, 31]);
  assert.ok(curve[1][1] > curve[0][1] && curve[1][1] < curve[2][1]);
  assert.ok(places([7, 7]).flat().every(Number.isFinite));
});

test("a bar grows with the nats, and stays within its box", () => {
  assert.deepEqual([heightOf(0, 4), heightOf(1, 4), heightOf(4, 4), heightOf(9, 4)], [0, 50, 100, 100]);
  assert.equal(heightOf(-1e-6, 4), 0);
});

test("a film is fetched once for a place, and shows the newest moment when it arrives", async () => {
  const asked = [];
  const shown = [];
  globalThis.fetch = async (address, options) => {
    asked.push([new URL(address).search, options?.body && [...options.body]]);
    return new Response(Uint8Array.of(1, 2, 3));
  };
  const film = new TrainingFilm({ run: "a", at: 2, count: 3 }, (pixels, moment) => shown.push([...pixels, moment]));
  const place = { z: [0.5, -1], row: null };
  await Promise.all([film.show(0, place, -1), film.show(1, place, -1)]);
  await film.show(2, { z: [9, 9], row: 4 }, 7);
  assert.deepEqual(asked, [
    ["?", [0.5, -1]],
    ["?rows=4&at=7", undefined],
  ].map(([search, body]) => [search === "?" ? "" : search, body]));
  assert.deepEqual(shown, [[1, 2, 3, 1], [1, 2, 3, 2]]);
});
