import assert from "node:assert/strict";
import {test} from "node:test";
import {en} from "../../src/i18n/en";
import {pt_br} from "../../src/i18n/pt_br";
import * as format from "../../src/logic/format";
import {rows_of} from "../../src/logic/rows";
import {step_in_grid} from "../../src/logic/grid";

test("spans are short and round down", () => {
  assert.equal(format.span_text(59.9, en), "59 s");
  assert.equal(format.span_text(60, en), "1 min");
  assert.equal(format.span_text(47 * 3600, en), "47 h");
  assert.equal(format.span_text(48 * 3600, en), "2 days");
  assert.equal(format.span_text(-5, en), "0 s");
});

test("both languages say how long ago", () => {
  assert.equal(format.ago_text(0, 180_000, en), "3 min ago");
  assert.equal(format.ago_text(0, 180_000, pt_br), "há 3 min");
  assert.equal(format.ago_text(1000, 1500, pt_br), "agora mesmo");
});

test("bytes are those of the settings: 1G is 1 GiB", () => {
  assert.equal(format.bytes_text(2 ** 30, en), "1.0 GiB");
  assert.equal(format.bytes_text(1500, pt_br), "1,5 KiB");
  assert.equal(format.bytes_text(0, en), "0 B");
  assert.equal(format.bytes_text(2 ** 30 - 1, en), "1.0 GiB");
});

test("times of another day have a date", () => {
  const noon = new Date(2026, 10, 23, 12, 5).getTime();
  assert.equal(format.moment_text(noon, noon + 1000, en), "12:05");
  assert.match(format.moment_text(noon, noon + 86_400_000, en), /23.*12:05/);
});

test("microseconds get the unit that reads best", () => {
  assert.equal(format.micros_text(2, en), "2.0 µs");
  assert.equal(format.micros_text(40, en), "40 µs");
  assert.equal(format.micros_text(6100, pt_br), "6,1 ms");
  assert.equal(format.micros_text(2_500_000, en), "2.5 s");
});

test("a table of a chart has the newest figures and few rows", () => {
  const rows = rows_of(Array<number>(360).fill(0));
  assert.equal(rows.length, 12);
  assert.equal(rows[0], 359);
  assert.deepEqual(rows_of([1, 2, 3]), [2, 1, 0]);
});

test("arrow keys move in the mosaic and stop at its ends", () => {
  assert.equal(step_in_grid("ArrowRight", 0, 10, 4), 1);
  assert.equal(step_in_grid("ArrowDown", 1, 10, 4), 5);
  assert.equal(step_in_grid("ArrowDown", 7, 10, 4), 7);
  assert.equal(step_in_grid("ArrowLeft", 0, 10, 4), 0);
  assert.equal(step_in_grid("End", 0, 10, 4), 9);
  assert.equal(step_in_grid("a", 0, 10, 4), -1);
});
