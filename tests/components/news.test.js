import assert from "node:assert/strict";
import { test } from "node:test";

import { News } from "../../explorer/components/shared/news.js";

test("a value from Python is news once, and not where it was reported from here", () => {
  const news = new News([0, 0]);
  assert.equal(news.take([0, 0]), false);
  assert.equal(news.take([1, 1]), true);
  assert.equal(news.take([1, 1]), false);
  news.report([2, 2]);
  assert.equal(news.take([2, 2]), false);
});

test("older reports that arrive late are no news, and those that were passed over are settled, too", () => {
  const news = new News(0);
  for (const value of [1, 2, 3]) news.report(value);
  assert.equal(news.take(1), false);
  assert.equal(news.take(3), false); // 2 was never shown
  assert.equal(news.take(2), true);
});

test("who goes back in Python to what was once reported is heard", () => {
  const news = new News(0);
  news.report(1);
  assert.equal(news.take(1), false);
  assert.equal(news.take(0), true);
  assert.equal(news.take(1), true);
});

test("a report of what Python shows already waits for nothing", () => {
  const news = new News(0);
  news.report(0);
  assert.equal(news.take(5), true);
  assert.equal(news.take(0), true);
});
