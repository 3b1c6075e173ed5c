import assert from "node:assert/strict";
import { test } from "node:test";

import { PERIOD, placeAt } from "../../explorer/components/featured/sweep.js";
import { hintOf } from "../../explorer/components/traversal/factors.js";

test("each dimension begins and ends where the code stands, and reaches both ends in between", () => {
  const starts = [0.25, 0.5, 1];
  for (const [row, start] of starts.entries()) {
    const from = row * PERIOD;
    assert.deepEqual(placeAt(from, starts), { row, place: start });
    const places = Array.from({ length: 101 }, (_, step) => placeAt(from + (step / 100.001) * PERIOD, starts));
    assert.ok(places.every((at) => at.row === row));
    const found = places.map(({ place }) => place);
    assert.ok(Math.max(...found) > 0.98);
    assert.ok(Math.min(...found) < 0.02);
    assert.ok(Math.abs(found[100] - start) < 0.01);
  }
  assert.deepEqual(placeAt(3 * PERIOD, starts), { row: 0, place: 0.25 });
});

test("a dimension may be named after the factor that it tells most about", () => {
  const share = [[0.1, 0.8], [0.2, 0.1]];
  const factors = { names: ["scale", "hue"], share, where: "" };
  assert.equal(hintOf(factors, 0), "hue");
  assert.match(hintOf(factors, 1), /name it/);
  assert.match(hintOf(null, 0), /name it/);
});
