import assert from "node:assert/strict";
import { test } from "node:test";

import { actionOf, KEYS, letters } from "../../explorer/components/stage/keys.js";

const at = { stage: true, tour: true, types: false, slides: false };
const press = (key, situation = {}, more = {}) =>
  actionOf({ key, ctrlKey: false, metaKey: false, altKey: false, ...more }, { ...at, ...situation })?.name ?? null;

test("a clicker steps through the tour, also while a field has the focus", () => {
  assert.equal(press("PageDown"), "next");
  assert.equal(press("PageUp", { types: true }), "back");
  assert.equal(press("PageDown", { tour: false }), null);
});

test("letters do nothing in a field for text, nor off the stage, but F, K and ?", () => {
  assert.equal(press("r"), "letter");
  assert.equal(press("r", { stage: false }), null);
  assert.equal(press("b", { stage: false }), null);
  for (const [key, name] of [["F", "stage"], ["f", "stage"], ["k", "keep"], ["?", "help"]]) {
    assert.equal(press(key, { stage: false, tour: false }), name);
    assert.equal(press(key, { types: true }), null);
  }
});

test("shortcuts of the browser are left alone", () => {
  for (const held of ["ctrlKey", "metaKey", "altKey"]) assert.equal(press("f", {}, { [held]: true }), null);
});

test("digits are sliders, and Space plays the one with the focus", () => {
  assert.deepEqual(actionOf({ key: "3" }, at), { name: "slider", key: "3" });
  assert.equal(press(" ", { slides: true }), "play");
  assert.equal(press(" "), null);
});

test("each button has a letter of its own that is no other key", () => {
  const labels = ["Prior mean", "Random draw", "Random image", "Fit", "Book", "±2σ", "Prior mean"];
  const found = letters(labels);
  assert.deepEqual([...found.values()], [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual([...found.keys()].slice(0, 5), ["p", "r", "a", "i", "o"]);
  for (const key of ["f", "k", "b"]) assert.ok(!found.has(key));
});

test("more buttons than letters: the last have none", () => {
  assert.equal(letters(Array.from({ length: 40 }, () => "x")).size, 23);
});

test("the overlay names every key that does something", () => {
  const named = KEYS.map(([keys]) => keys).join(" ");
  for (const key of ["F", "Page Down", "Page Up", "K", "B", "Space", "Esc", "?", "1 … 9"]) assert.ok(named.includes(key));
});
