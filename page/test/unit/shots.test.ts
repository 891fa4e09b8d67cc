import assert from "node:assert/strict";
import {test} from "node:test";
import {passes, query_of, with_event, type Filter} from "../../src/logic/shots";
import {event} from "./samples";

const all: Filter = {camera: "", fate: "", since: ""};

test("a filter becomes the contract's parameters", () => {
  assert.equal(query_of(all, 24), "limit=24");
  const query = query_of({camera: "a&b", fate: "too_small", since: "1h"}, 8);
  assert.equal(query, "limit=8&camera=a%26b&reason=too_small&since=1h");
  assert.equal(query_of({...all, fate: "not_posted"}, 8), "limit=8&fate=not_posted");
});

test("what arrives is shown only where the filter lets it through", () => {
  const one = event();
  const then = Date.parse(one.captured);
  assert.ok(passes(one, all, then));
  assert.ok(passes(one, {...all, fate: "not_posted"}, then));
  assert.ok(passes(one, {...all, fate: "too_small"}, then));
  assert.ok(!passes(one, {...all, fate: "posted"}, then));
  assert.ok(!passes(one, {...all, camera: "hall"}, then));
  assert.ok(!passes(one, {...all, since: "15m"}, then + 16 * 60_000));
});

test("a pending shot that is posted stays in its place", () => {
  const older = {...event(), id: 1, captured: "2026-11-23T13:00:00.000000Z", fate: "pending" as const};
  const newer = {...event(), id: 2, captured: "2026-11-23T13:00:01.000000Z"};
  let list = with_event(with_event([], older, true, 9), newer, true, 9);
  list = with_event(list, {...older, fate: "posted"}, true, 9);
  assert.deepEqual(list.map(({id, fate}) => [id, fate]), [[2, "not_posted"], [1, "posted"]]);
  assert.deepEqual(with_event(list, older, false, 9).map(({id}) => id), [2]);
});

test("the page keeps a bounded number, the newest", () => {
  let list = [event()];
  for (let id = 5000; id < 5040; ++id) list = with_event(list, {...event(), id}, true, 24);
  assert.equal(list.length, 24);
  assert.equal(list[0]?.id, 5039);
});
