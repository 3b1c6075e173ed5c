import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { add, contents, fileOf, unpack } from "../../explorer/notebook/browser/contents.js";
import { isLight } from "../../explorer/notebook/browser/theme.js";

const view = (bytes) => new DataView(Uint8Array.from(bytes).buffer);
const text = async (content) => new TextDecoder().decode(await content);

test("widgets of one run add their files to each other's", async () => {
  add({ runs: { one: { shape: [1, 8, 8], files: { decoder: "aa" } } }, runtime: "rr" }, { aa: view(gzipSync("model")) });
  add({ runs: { one: { shape: [1, 8, 8], files: { map: "bb" } } }, runtime: "rr" }, { bb: view(gzipSync("points")) });
  assert.equal(await text(fileOf("one", "decoder")), "model");
  assert.equal(await text(fileOf("one", "map")), "points");
  assert.equal(contents.runtime, "rr");
  assert.equal(await unpack("aa"), await unpack("aa")); // unpacked once
});

test("a file that is not there has a name", async () => {
  await assert.rejects(fileOf("one", "encoder"), /There is no encoder of one here/);
  await assert.rejects(unpack("zz"), /There is no file zz here/);
});

test("dark notebooks have light text", () => {
  assert.equal(isLight("rgba(255, 255, 255, 0.87)"), true);
  assert.equal(isLight("rgb(27, 33, 48)"), false);
  assert.equal(isLight("rgba(0, 0, 0, 0.87)"), false);
});
