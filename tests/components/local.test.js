import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Connection } from "../../explorer/components/shared/connection.js";
import { encode, prepareEncoder } from "../../explorer/components/shared/encoding.js";
import { LARGEST, SLOWEST } from "../../explorer/components/shared/local/decoder.js";
import { Engine } from "../../explorer/components/shared/local/engine.js";
import { LocalDecoder } from "../../explorer/components/shared/local/local_decoder.js";
import { toPixels, toPlanes } from "../../explorer/components/shared/pixels.js";

/** A server that is there and counts what it is sent. */
class FakeSocket {
  static opened = [];
  sent = 0;

  constructor() {
    FakeSocket.opened.push(this);
  }

  send() {
    this.sent += 1;
  }

  close() {}

  hello(version, more = {}) {
    const info = { version, shape: [1, 1, 2], dims: 2, classes: 0, betas: null, runtime: "runtime/1/", ...more };
    this.onmessage({ data: JSON.stringify(info) });
  }
}

/** A worker that answers at once, as long as it works. */
class FakeWorker {
  static all = [];
  static works = true;
  static fails = null;
  received = [];

  constructor() {
    FakeWorker.all.push(this);
  }

  postMessage(message) {
    this.received.push(message);
    const { number, kind, codes } = message;
    clock += FakeWorker.milliseconds;
    const values = { decode: () => Uint8ClampedArray.from([codes[0]]), encode: () => message.images.slice(0, 2) };
    const value = values[kind]?.();
    const data = FakeWorker.fails === kind ? { number, error: "broken" } : { number, value };
    queueMicrotask(() => this.onmessage({ data }));
  }

  static requests(kind) {
    return FakeWorker.all.map(({ received }) => received.filter((message) => message.kind === kind).length);
  }
}

let clock = 0;
let versions = 0;
let connection;
let fetched;

beforeEach(() => {
  globalThis.WebSocket = FakeSocket;
  globalThis.Worker = FakeWorker;
  globalThis.location = { origin: "http://here" };
  fetched = [];
  globalThis.fetch = async (address) => {
    fetched.push(address);
    return new Response(new Uint8Array(8)); // of /encode: two zeros
  };
  mock.method(performance, "now", () => clock);
  FakeSocket.opened.length = 0;
  for (const worker of FakeWorker.all) worker.received.length = 0; // the page keeps its two workers
  FakeWorker.fails = null;
  FakeWorker.milliseconds = 0;
  connection = Connection.open("one");
});

afterEach(() => {
  connection.close();
  mock.restoreAll();
});

const settled = () => new Promise((done) => setTimeout(done, 5));
const socket = () => FakeSocket.opened.at(-1);
const version = () => `weights ${(versions += 1)}`;

/** Decode one code; the pixels, or "lost". */
function decoded(...codes) {
  return new Promise((done) => {
    const requests = [{ codes: Float32Array.from(codes), done: (pixels) => done([...pixels]), lost: () => done("lost") }];
    connection.add({ limit: 1, next: () => requests.shift() ?? null });
    connection.poll();
  });
}

test("once the browser has proved fast, the server decodes nothing more", async () => {
  socket().hello(version());
  assert.equal(connection.isLocal, false);
  await settled();
  assert.equal(connection.isLocal, true);
  assert.deepEqual(await decoded(7, 0), [7]);
  assert.equal(socket().sent, 0);
  assert.match(fetched[0], /\/live\/one\/decoder\?v=weights/);
});

test("single codes and strips have a worker each", async () => {
  socket().hello(version());
  await settled();
  const [single, several] = FakeWorker.requests("decode");
  await decoded(1, 1);
  await decoded(1, 1, 2, 2);
  assert.deepEqual(FakeWorker.requests("decode"), [single + 1, several + 1]);
});

test("several codes go to where the fewest wait, single ones to where it is fastest", async () => {
  const place = (name) => ({ seen: [], waiting: [], decode(_key, codes) {
    this.seen.push(`${name}${codes.length}`);
    return new Promise((done) => this.waiting.push(() => done(codes)));
  } }); // prettier-ignore
  const [worker, second, page] = ["worker", "second", "page"].map(place);
  const decoder = new LocalDecoder(worker, "key", 2);
  const answer = { done() {}, lost() {} };
  decoder.decode(new Float32Array(2), -1, answer);
  decoder.decode(new Float32Array(4), -1, answer);
  assert.deepEqual(worker.seen, ["worker2", "worker4"]);
  decoder.relieveBy(second, worker);
  decoder.hurryBy(page);
  for (let times = 0; times < 3; times++) decoder.decode(new Float32Array(4), -1, answer);
  assert.deepEqual([second.seen.length, worker.seen.length], [2, 3]);
  for (const finish of second.waiting) finish();
  await settled();
  decoder.decode(new Float32Array(6), -1, answer);
  decoder.decode(new Float32Array(2), -1, answer);
  assert.equal(second.seen.at(-1), "second6");
  assert.deepEqual(page.seen, ["page2"]);
});

test("an engine runs the smallest request first, and quick ones without a turn of the page between", async () => {
  const order = [];
  class Tensor {
    constructor(_kind, data) {
      this.data = data;
    }
  }
  const session = { inputNames: ["z"], run: async ({ z }) => {
    order.push(z.data.length);
    return { image: { data: new Float32Array(z.data.length), dims: [z.data.length, 1, 1, 1] } };
  } }; // prettier-ignore
  const engine = new Engine({ env: { wasm: {} }, Tensor, InferenceSession: { create: async () => session } });
  await engine.open("key", new Uint8Array(1));
  const other = new Promise((done) => setTimeout(() => done(order.push("turn")), 0));
  const images = [4, 3, 2, 1].map((size) => engine.decode("key", new Float32Array(size), -1, 1));
  assert.deepEqual((await Promise.all(images)).map(({ length }) => length), [4, 3, 2, 1]);
  await other;
  assert.deepEqual(order, [4, 1, 2, 3, "turn"]); // the first was begun before the others came
});

test("a browser that is too slow leaves it to the server", async () => {
  FakeWorker.milliseconds = SLOWEST + 1;
  socket().hello(version());
  await settled();
  assert.equal(connection.isLocal, false);
  decoded(1, 1);
  assert.equal(socket().sent, 1);
});

test("a run that trains is left to the server", async () => {
  socket().hello(version(), { runtime: null });
  await settled();
  assert.equal(connection.isLocal, false);
  assert.deepEqual(fetched, []);
});

test("so is a decoder that is too large, cannot be fetched or cannot be opened", async () => {
  for (const answer of [new Response(new Uint8Array(LARGEST + 1)), new Response("no such operation", { status: 422 })]) {
    globalThis.fetch = async () => answer;
    socket().hello(version());
    await settled();
    assert.equal(connection.isLocal, false);
  }
  globalThis.fetch = async () => new Response(new Uint8Array(8));
  FakeWorker.fails = "open";
  socket().hello(version());
  await settled();
  assert.equal(connection.isLocal, false);
});

test("after a failure the lost request goes to the server, and all others too", async () => {
  socket().hello(version());
  await settled();
  FakeWorker.fails = "decode";
  assert.equal(await decoded(1, 1), "lost");
  FakeWorker.fails = null;
  assert.equal(connection.isLocal, false);
  decoded(2, 2);
  assert.equal(socket().sent, 1);
});

test("a browser that decodes goes on while the server is away", async () => {
  socket().hello(version());
  await settled();
  socket().onclose({ code: 1006 });
  assert.equal(connection.state.name, "lost");
  assert.deepEqual(await decoded(3, 0), [3]);
});

test("other weights are another decoder", async () => {
  const [first, second] = [version(), version()];
  socket().hello(first);
  await settled();
  socket().hello(second);
  assert.equal(connection.isLocal, false);
  await settled();
  assert.equal(connection.isLocal, true);
  socket().hello(second);
  assert.equal(connection.isLocal, true, "the same weights are opened once");
});

test("a trial of a model with a condition gives one", async () => {
  socket().hello(version(), { betas: [0.5, 8] });
  await settled();
  const trials = FakeWorker.all[0].received.filter(({ kind }) => kind === "decode");
  assert.ok(trials.length && trials.every(({ condition }) => condition === 0.5));
});

test("an observer sees who decodes", async () => {
  const seen = [];
  const stop = Connection.observe((all) => seen.push(all.map(({ isLocal }) => isLocal).join()));
  socket().hello(version());
  await settled();
  stop();
  connection.watch(() => {});
  assert.equal(seen[0], "false");
  assert.equal(seen.at(-1), "true");
});

test("the server encodes until the encoder is here, and when that fails", async () => {
  socket().hello(version());
  await settled();
  const image = Uint8Array.from([51, 255]);
  assert.deepEqual([...(await encode("one", image))], [0, 0]);
  await prepareEncoder("one");
  assert.match(fetched.at(-1), /\/live\/one\/encoder\?v=weights/);
  const before = fetched.length;
  assert.deepEqual([...(await encode("one", image))], [...Float32Array.from([0.2, 1])]);
  await prepareEncoder("one");
  assert.equal(fetched.length, before, "an encoder is fetched once");
  FakeWorker.fails = "encode";
  assert.deepEqual([...(await encode("one", image))], [0, 0]);
});

test("an encoder that cannot be had leaves it to the server", async () => {
  socket().hello(version());
  await settled();
  globalThis.fetch = async (address) =>
    address.includes("/encoder") ? new Response("no such operation", { status: 422 }) : new Response(new Uint8Array(8));
  await prepareEncoder("one");
  assert.deepEqual([...(await encode("one", Uint8Array.from([51, 255])))], [0, 0]);
});

test("bytes become floats, plane by plane, and back", () => {
  const pixels = Uint8Array.from({ length: 12 }, (_, at) => 20 * at);
  const planes = toPlanes(pixels, [3, 2, 2]);
  assert.deepEqual([...planes.slice(0, 4)], [...Float32Array.from([0, 60 / 255, 120 / 255, 180 / 255])]);
  assert.deepEqual(toPixels(planes, [1, 3, 2, 2]), pixels);
});

test("floats become bytes, pixel by pixel", () => {
  const planes = Float32Array.from([0, 1, 0.5, 0.25, 1, 0, 2.4 / 255, 3.6 / 255, 0, 0, 0, 0]);
  assert.deepEqual([...toPixels(planes, [1, 3, 2, 2])], [0, 255, 0, 255, 0, 0, 128, 2, 0, 64, 4, 0]);
  assert.deepEqual([...toPixels(Float32Array.from([0, 1, 1, 0]), [2, 1, 1, 2])], [0, 255, 255, 0]);
});
