import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Connection } from "../../explorer/components/shared/connection.js";
import { decodeNewest } from "../../explorer/components/shared/newest.js";

/** A server that answers when the test says so. */
class FakeSocket {
  static opened = [];
  sent = [];
  isClosed = false;

  constructor(address) {
    this.address = address;
    FakeSocket.opened.push(this);
  }

  send(frame) {
    const header = new DataView(frame);
    this.sent.push({
      number: header.getUint32(0, true),
      condition: header.getFloat32(4, true),
      codes: [...new Float32Array(frame, 8)],
    });
  }

  close() {
    this.isClosed = true;
  }

  receive(info) {
    this.onmessage({ data: JSON.stringify(info) });
  }

  answer(number, ...pixels) {
    const frame = new Uint8Array(4 + pixels.length);
    new DataView(frame.buffer).setUint32(0, number, true);
    frame.set(pixels, 4);
    this.onmessage({ data: frame.buffer });
  }
}

const socket = () => FakeSocket.opened.at(-1);
let connection;

beforeEach(() => {
  globalThis.WebSocket = FakeSocket;
  FakeSocket.opened.length = 0;
  mock.timers.enable({ apis: ["setTimeout"] });
  connection = Connection.open("one", null);
});

afterEach(() => {
  connection.close();
  mock.timers.reset();
});

/** A source with these requests. */
function sourceOf(limit, ...requests) {
  return { limit, next: () => requests.shift() ?? null };
}

const request = (value, done = () => {}, lost = () => {}) => ({ codes: Float32Array.of(value), done, lost });

test("nothing is sent before the server has answered", () => {
  connection.add(sourceOf(1, request(1)));
  connection.poll();
  assert.equal(socket().sent.length, 0);
  socket().receive({ classes: 0 });
  assert.deepEqual(socket().sent, [{ number: 1, condition: -1, codes: [1] }]);
});

test("a source never has more requests in flight than its limit, and answers find their request", () => {
  const seen = [];
  const requests = [1, 2, 3].map((value) => request(value, (pixels) => seen.push([value, ...pixels])));
  connection.add(sourceOf(2, ...requests));
  socket().receive({ classes: 0 });
  assert.deepEqual(
    socket().sent.map(({ codes }) => codes[0]),
    [1, 2],
  );
  socket().answer(2, 20);
  assert.deepEqual(
    socket().sent.map(({ codes }) => codes[0]),
    [1, 2, 3],
  );
  socket().answer(99, 0); // of nobody
  socket().answer(1, 10);
  assert.deepEqual(seen, [
    [2, 20],
    [1, 10],
  ]);
});

test("a removed source is not polled any more", () => {
  const remove = connection.add(sourceOf(1, request(1)));
  remove();
  socket().receive({ classes: 0 });
  assert.equal(socket().sent.length, 0);
});

test("a conditional model begins with its first class, another condition stays", () => {
  socket().receive({ classes: 10 });
  assert.equal(connection.condition, 0);
  connection.condition = 7;
  socket().receive({ classes: 10 });
  assert.equal(connection.condition, 7);
});

test("after a break the lost requests come back and the connection opens again, later each time", () => {
  const lost = [];
  connection.add(sourceOf(1, request(1, undefined, () => lost.push(1))));
  socket().receive({ classes: 0 });
  const states = [];
  connection.watch(({ name }) => states.push(name));
  socket().onclose({ code: 1006 });
  assert.deepEqual(lost, [1]);
  assert.deepEqual(states, ["open", "lost"]);
  mock.timers.tick(399);
  assert.equal(FakeSocket.opened.length, 1);
  mock.timers.tick(1);
  assert.equal(FakeSocket.opened.length, 2);
  socket().onclose({ code: 1006 });
  mock.timers.tick(799);
  assert.equal(FakeSocket.opened.length, 2);
  mock.timers.tick(1);
  socket().receive({ classes: 0 });
  assert.deepEqual(states, ["open", "lost", "lost", "open"]);
});

test("a run that does not exist any more is not connected to again", () => {
  socket().receive({ error: "The run 'one' was deleted." });
  socket().onclose({ code: 4404 });
  mock.timers.tick(10_000);
  assert.deepEqual(connection.state, { name: "gone", message: "The run 'one' was deleted." });
  assert.equal(FakeSocket.opened.length, 1);
});

test("who is signed out reads it, and nothing is tried again", () => {
  socket().onclose({ code: 4401 });
  mock.timers.tick(10_000);
  assert.deepEqual(connection.state, { name: "gone", message: "You are signed out: reload the page to sign in." });
  assert.equal(FakeSocket.opened.length, 1);
});

test("components of a page share one connection, the last one closes it", () => {
  const other = Connection.open("one", 3);
  assert.equal(other, connection);
  assert.equal(connection.condition, 3);
  other.close();
  assert.equal(socket().isClosed, false);
  connection.close();
  assert.equal(socket().isClosed, true);
  socket().onclose({ code: 1000 });
  mock.timers.tick(10_000);
  assert.equal(FakeSocket.opened.length, 1);
  connection = Connection.open("one");
  assert.notEqual(connection, other);
});

test("of many codes the newest is decoded, and each answer comes with its code", () => {
  const seen = [];
  const image = decodeNewest(connection, (pixels, time, z) => seen.push([...pixels, time, ...z]));
  image.show([1], 100);
  socket().receive({ classes: 0 });
  for (const z of [2, 3, 4]) image.show([z], 100 * z);
  assert.deepEqual(
    socket().sent.map(({ codes }) => codes),
    [[1]],
  );
  socket().answer(1, 11);
  socket().answer(2, 44);
  assert.deepEqual(seen, [
    [11, 100, 1],
    [44, 400, 4],
  ]);
});

test("a code that was lost is sent again, unless a newer one waits", () => {
  const image = decodeNewest(connection, () => {});
  image.show([1], 0);
  socket().receive({ classes: 0 });
  socket().onclose({ code: 1006 });
  mock.timers.tick(400);
  socket().receive({ classes: 0 });
  image.show([2], 0);
  socket().onclose({ code: 1006 });
  mock.timers.tick(400);
  socket().receive({ classes: 0 });
  assert.deepEqual(
    FakeSocket.opened.map(({ sent }) => sent.map(({ codes }) => codes[0])),
    [[1], [1], [2]],
  );
});
