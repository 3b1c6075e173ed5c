import assert from "node:assert/strict";
import { test } from "node:test";

import { onRequest, request } from "../../explorer/components/shared/requests.js";

test("a request waits for whoever answers it, and is answered once", async () => {
  let answered = 0;
  request("help");
  const stop = onRequest("help", () => (answered += 1));
  await Promise.resolve();
  assert.equal(answered, 1);
  request("help");
  assert.equal(answered, 2);
  stop();
  request("help");
  assert.equal(answered, 2);
  onRequest("help", () => (answered += 10))();
  await Promise.resolve();
  assert.equal(answered, 12);
});
