import assert from "node:assert/strict";
import {test} from "node:test";
import {en} from "../../src/i18n/en";
import * as cameras from "../../src/logic/cameras";
import {camera, online} from "./samples";

const since = "2026-11-23T12:00:00.000000Z";
const dark = {condition: "dark", text: "brightness 0.02", advice: "", since};
const skew = {condition: "clock_skew", text: "9 s ahead", advice: "", since};

test("a camera without video is an error, also while it is tried again", () => {
  assert.equal(cameras.level_of(camera()), "error");
  assert.equal(cameras.level_of(camera({state: "STARTING"})), "error");
  assert.equal(cameras.level_of(camera({state: "STARTING", reason: null})), "starting");
  assert.equal(cameras.level_of(camera({state: "MISCONFIGURED", reason: null})), "error");
  assert.equal(cameras.level_of(online({online: false})), "error");
});

test("a condition while video comes is a warning with its own time", () => {
  const value = online({conditions: [skew]});
  assert.equal(cameras.level_of(value), "warning");
  assert.equal(cameras.state_text(value, en), "Clock wrong");
  assert.equal(cameras.since_of(value), since);
});

test("a camera that sees nothing is an error although video comes", () => {
  const value = online({conditions: [skew, dark]});
  assert.equal(cameras.level_of(value), "error");
  assert.equal(cameras.state_text(value, en), "Dark");
});

test("what is switched off is no problem", () => {
  for (const state of ["DISABLED", "COMPLETED", "REMOVED"]) assert.equal(cameras.level_of(camera({state})), "off");
});

test("problems come first, then names in the order of people", () => {
  const all = [online({name: "cam-10"}), online({name: "cam-2"}), camera({name: "z"}), online({name: "d", conditions: [skew]})];
  assert.deepEqual(cameras.in_order(all, "attention").map(({name}) => name), ["z", "d", "cam-2", "cam-10"]);
  assert.deepEqual(cameras.in_order(all, "name").map(({name}) => name), ["cam-2", "cam-10", "d", "z"]);
});

test("search does not mind case, and 'only problems' leaves out the rest", () => {
  assert.ok(cameras.matches(online({name: "Portão"}), " port", false));
  assert.ok(!cameras.matches(online(), "", true));
  assert.ok(cameras.matches(camera(), "", true));
});

test("a picture is old when its camera is offline, or when the next one should have come", () => {
  assert.ok(cameras.is_stale(1, camera()));
  assert.ok(!cameras.is_stale(9, online()));
  assert.ok(cameras.is_stale(11, online()));
  assert.ok(!cameras.is_stale(50, online({decoded_fps: 1 / 30})));
});
