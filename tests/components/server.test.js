import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { ROOT } from "../../explorer/components/shared/addresses.js";
import { Pictures } from "../../explorer/components/shared/pictures.js";
import { encode, fetchBytes, fetchTensors } from "../../explorer/components/shared/server.js";

const real = globalThis.fetch;
let requests = [];
let answer = () => new Response();

beforeEach(() => {
  requests = [];
  globalThis.fetch = async (address, options) => {
    requests.push({ path: address.replace(ROOT.href, ""), ...options });
    return answer();
  };
});

afterEach(() => {
  globalThis.fetch = real;
});

const EMPTY = Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 123, 125); // a safetensors file without tensors

test("the server's sentence is the error", async () => {
  answer = () => new Response("There is no run 'x'.", { status: 404 });
  await assert.rejects(fetchBytes("x", "/draw"), { message: "There is no run 'x'." });
  answer = () => new Response("", { status: 500 });
  await assert.rejects(fetchBytes("x", "/draw"), { message: `500 ${ROOT.href}live/x/draw` });
});

test("a file is fetched once, and again after an error", async () => {
  answer = () => new Response("no", { status: 503 });
  await assert.rejects(fetchTensors("run", "latents.safetensors"));
  answer = () => new Response(EMPTY);
  assert.deepEqual(await fetchTensors("run", "latents.safetensors"), {});
  await fetchTensors("run", "latents.safetensors");
  assert.deepEqual(
    requests.map(({ path }) => path),
    ["live/run/cache/latents.safetensors", "live/run/cache/latents.safetensors"],
  );
});

test("of files, the twelve latest stay", async () => {
  answer = () => new Response(EMPTY);
  for (let file = 0; file < 13; file++) await fetchTensors("many", `${file}`);
  assert.equal(requests.length, 13);
  await fetchTensors("many", "12");
  assert.equal(requests.length, 13);
  await fetchTensors("many", "0");
  assert.equal(requests.length, 14);
});

test("an image is encoded under its condition, or under none", async () => {
  answer = () => new Response(new Uint8Array(Float32Array.of(0.5, 2).buffer));
  assert.deepEqual(await encode("run", Uint8Array.of(1), 3), Float32Array.of(0.5, 2));
  await encode("run", Uint8Array.of(1));
  assert.deepEqual(
    requests.map(({ path, method }) => [path, method]),
    [
      ["live/run/encode?at=3", "POST"],
      ["live/run/encode", "POST"],
    ],
  );
});

test("a picture is fetched once by row and version", async () => {
  answer = () => new Response(Uint8Array.of(1, 2));
  const pictures = new Pictures("run", "abc");
  assert.deepEqual(await pictures.get(5), Uint8Array.of(1, 2));
  await pictures.get(5);
  assert.deepEqual(
    requests.map(({ path }) => path),
    ["live/run/images?rows=5&v=abc"],
  );
});
