import assert from "node:assert/strict";
import { test } from "node:test";

import { ROOT, addressOf } from "../../explorer/components/shared/addresses.js";

test("the root lies three levels above the module's folder", () => {
  assert.equal(ROOT.href, new URL("../../", import.meta.url).href);
});

test("slashes of a run's id stay, all else is escaped", () => {
  assert.equal(addressOf("gallery/a b?c#d%", "/draw"), `${ROOT.href}live/gallery/a%20b%3Fc%23d%25/draw`);
  assert.equal(addressOf("β", ""), `${ROOT.href}live/%CE%B2`);
});
