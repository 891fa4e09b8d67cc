import assert from "node:assert/strict";
import {test} from "node:test";
import * as zones from "../../src/logic/zone";

const half = {left: 50, top: 0, width: 50, height: 100};

test("what the settings say is read: percent, pixels, nothing", () => {
  assert.deepEqual(zones.parse_zone("50%x100%+50%+0%", 1280, 720), half);
  assert.deepEqual(zones.parse_zone("640x720+640+0", 1280, 720), half);
  assert.equal(zones.parse_zone("", 1280, 720), null);
  assert.equal(zones.parse_zone("0x0+0+0", 1280, 720), null);
  assert.equal(zones.parse_zone("640x720+640+0", 0, 0), null);
});

test("a zone that reaches out of the picture is cut there", () => {
  assert.deepEqual(zones.parse_zone("1000x720+640+0", 1280, 720), half);
});

test("what is written is what was read", () => {
  for (const text of ["50%x100%+50%+0%", "33.3%x12.5%+1.1%+80%", "1%x1%+99%+99%"]) {
    assert.equal(zones.zone_value(zones.parse_zone(text, 1280, 720)), text);
  }
});

test("the whole picture is an empty setting", () => {
  assert.equal(zones.zone_value(null), '""');
  assert.equal(zones.zone_value({left: 0, top: 0, width: 100, height: 100}), '""');
});

test("figures are to a tenth, without the noise of binary fractions", () => {
  const zone = zones.spanned(10.04, 20.06, 40.33, 60.37);
  assert.equal(zones.zone_value(zone), "30.3%x40.3%+10%+20.1%");
});

test("moving stops at the picture's edges and keeps the size", () => {
  assert.deepEqual(zones.moved(half, 30, -10), half);
  assert.deepEqual(zones.moved(half, -100, 0), {...half, left: 0});
});

test("an edge moves alone, and never past the opposite one", () => {
  assert.deepEqual(zones.with_edge(half, "left", 60), {left: 60, top: 0, width: 40, height: 100});
  assert.deepEqual(zones.with_edge(half, "left", 200), {left: 99, top: 0, width: 1, height: 100});
  assert.deepEqual(zones.with_edge(half, "right", 70), {left: 50, top: 0, width: 20, height: 100});
  assert.deepEqual(zones.with_edge(half, "bottom", 30.5), {left: 50, top: 0, width: 50, height: 30.5});
  assert.deepEqual(zones.with_edge(half, "top", 30), {left: 50, top: 30, width: 50, height: 70});
});

test("a typed figure makes the zone smaller where it would not fit", () => {
  assert.deepEqual(zones.with_field(null, "left", 60), {left: 60, top: 0, width: 40, height: 100});
  assert.deepEqual(zones.with_field(half, "width", 90), half);
  assert.deepEqual(zones.with_field(half, "height", 0), {...half, height: 1});
});

test("drawing from any corner gives the same zone", () => {
  const zone = {left: 10, top: 20, width: 30, height: 40};
  assert.deepEqual(zones.spanned(10, 20, 40, 60), zone);
  assert.deepEqual(zones.spanned(40, 60, 10, 20), zone);
  assert.deepEqual(zones.spanned(-5, -5, 200, 200), {left: 0, top: 0, width: 100, height: 100});
});

test("a pointer takes an edge, a corner, the zone, or begins a new one", () => {
  const zone = {left: 20, top: 20, width: 40, height: 40};
  const at = (x: number, y: number) => zones.grip_at(zone, x, y, 2, 2);
  assert.deepEqual(at(21, 40), {x: "left", y: null});
  assert.deepEqual(at(60, 61), {x: "right", y: "bottom"});
  assert.equal(at(40, 40), "move");
  assert.equal(at(80, 40), "new");
  assert.equal(zones.grip_at(null, 40, 40, 2, 2), "new");
});

test("the lines for the settings name the smallest face only if it is another one", () => {
  assert.equal(zones.setting_lines(null, half, 60, 60), 'rot: ""\nroi: 50%x100%+50%+0%');
  assert.equal(zones.setting_lines(null, null, 40, 60), 'rot: ""\nroi: ""\nfilter_min_size: 40');
});
