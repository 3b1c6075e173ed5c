import assert from "node:assert/strict";
import { test } from "node:test";

import { Glossary } from "../../explorer/components/shared/words/matches.js";

const word = (name, ...forms) => ({ name, text: `What ${name} means.`, spellings: [name, ...forms] });
const glossary = new Glossary([word("Rate", "rates"), word("Learning rate"), word("TC(z) in nats", "TC", "TC(z)"), word("β-VAE"), word("β"), word("Nat", "nats")]);
const names = (text) => glossary.matches(text).map(({ word }) => word.name);

test("the longest form wins, in any case, and only whole words count", () => {
  assert.deepEqual(names("The RATE and the learning rate"), ["Rate", "Learning rate"]);
  assert.deepEqual(names("Generated, rated, sub-rates"), ["Rate"]);
  assert.deepEqual(names("TC(z) in nats; TC; tc"), ["TC(z) in nats", "TC(z) in nats"]);
  assert.deepEqual(names("A β-VAE with β = 4, αβ"), ["β-VAE", "β"]);
});

test("a match knows its place", () => {
  const [{ start, end }] = glossary.matches("a rate of 3");
  assert.equal("a rate of 3".slice(start, end), "rate");
});
