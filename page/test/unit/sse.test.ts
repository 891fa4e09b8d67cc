import assert from "node:assert/strict";
import {test} from "node:test";
import {EventCutter} from "../../src/api/sse";

test("events are cut wherever the network cut them", () => {
  const whole = ': alive\n\nretry: 2000\nid: 7\nevent: status\ndata: {"a":1}\n\nevent: event\r\ndata: x\r\ndata: y\r\n\r\n';
  for (let size = 1; size <= whole.length; ++size) {
    const cutter = new EventCutter();
    const events = [];
    for (let at = 0; at < whole.length; at += size) events.push(...cutter.push(whole.slice(at, at + size)));
    assert.deepEqual(events, [
      {name: "status", data: '{"a":1}'},
      {name: "event", data: "x\ny"},
    ]);
    assert.equal(cutter.id, "7");
  }
});

test("an event without data is none, and one without a name is a message", () => {
  const cutter = new EventCutter();
  assert.deepEqual(cutter.push("event: status\n\ndata:here\n\n"), [{name: "message", data: "here"}]);
});
