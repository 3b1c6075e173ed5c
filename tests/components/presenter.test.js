import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { publish } from "../../explorer/components/shared/bus.js";
import { moveOf, readMove } from "../../explorer/components/shared/moves.js";

/** A server that the test speaks for. */
class FakeSocket {
  static opened = [];
  sent = [];
  readyState = 0;

  constructor(address) {
    this.address = address;
    FakeSocket.opened.push(this);
  }

  send(message) {
    this.sent.push(typeof message === "string" ? JSON.parse(message) : readMove(message));
  }

  close() {
    this.readyState = 3;
  }

  accept() {
    this.readyState = 1;
    this.onopen();
  }
}

globalThis.WebSocket = FakeSocket;
globalThis.location = { href: "http://here/traverse" };
const { Presenter } = await import("../../explorer/components/lead/presenter.js");

const props = { on: true, run: "one", page: "traverse", address: "/lead", token: "t" };
const socket = () => FakeSocket.opened.at(-1);
let presenter;
let text;

beforeEach(() => {
  FakeSocket.opened.length = 0;
  mock.timers.enable({ apis: ["setTimeout"] });
  presenter = new Presenter();
  presenter.watch((words) => (text = words));
});

afterEach(() => {
  presenter.update({ ...props, on: false });
  mock.timers.reset();
});

test("a move is bytes that come back as they were", () => {
  const bytes = moveOf(3, 0.5, [1.5, -0.1234]);
  assert.equal(bytes.byteLength, 16);
  assert.deepEqual(readMove(bytes), { condition: 3, at: 0.5, z: [1.5, -0.1234] });
});

test("the token goes first, then the place, then moves", () => {
  presenter.update(props);
  assert.equal(`${socket().address}`, "ws://here/lead");
  assert.deepEqual(socket().sent, []);
  socket().accept();
  publish("one", { z: [1, 2] }, {});
  assert.deepEqual(socket().sent, [{ token: "t" }, { run: "one", page: "traverse" }, { condition: -1, at: -1, z: [1, 2] }]);
});

test("of many moves at once the newest is sent", () => {
  presenter.update(props);
  socket().accept();
  for (let step = 0; step < 10; step++) publish("one", { z: [step] }, {});
  mock.timers.tick(100);
  assert.deepEqual(
    socket()
      .sent.slice(2)
      .map(({ z }) => z[0]),
    [0, 9],
  );
});

test("keyframes belong to the place", () => {
  presenter.update({ ...props, page: "interpolate" });
  socket().accept();
  const keyframes = [{ text: "0", title: "image 0", z: [1], row: 0 }];
  publish("one", { keyframes }, {});
  assert.deepEqual(socket().sent.at(-1), { run: "one", page: "interpolate", keyframes });
});

test("another page or run is another place", () => {
  presenter.update(props);
  socket().accept();
  presenter.update({ ...props, page: "map" });
  presenter.update({ ...props, page: "map" });
  presenter.update({ ...props, page: "map", run: "two" });
  assert.deepEqual(socket().sent.slice(2), [
    { run: "one", page: "map" },
    { run: "two", page: "map" },
  ]);
});

test("a lost connection is tried again, a wrong token is not", () => {
  presenter.update(props);
  socket().accept();
  socket().onclose({ code: 1006 });
  mock.timers.tick(1000);
  assert.equal(FakeSocket.opened.length, 2);
  socket().onclose({ code: 4403 });
  mock.timers.tick(5000);
  assert.equal(FakeSocket.opened.length, 2);
  assert.match(text, /reload/);
});

test("it says how many follow, and nothing once it is over", () => {
  presenter.update(props);
  socket().accept();
  socket().onmessage({ data: '{"followers": 1}' });
  assert.equal(text, "You lead: 1 follows");
  socket().onmessage({ data: '{"followers": 30}' });
  assert.equal(text, "You lead: 30 follow");
  presenter.update({ ...props, on: false });
  assert.equal(text, "");
  const { length } = socket().sent;
  publish("one", { z: [1] }, {});
  assert.equal(socket().sent.length, length);
});
