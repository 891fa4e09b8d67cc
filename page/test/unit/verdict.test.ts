import assert from "node:assert/strict";
import {test} from "node:test";
import type {Box} from "../../src/api/types";
import {RecentFaces, verdict_now, verdict_of, type Trial} from "../../src/logic/verdict";

const face: Box = {left: 600, top: 100, width: 100, height: 120, track: 1, score: 0.9, quality: 0.8, reason: null, weak: false};
const trial: Trial = {rot: null, roi: null, min_size: 60, max_size: 8192, min_quality: 0.5};
const verdict = (box: Partial<Box>, change: Partial<Trial> = {}) =>
  verdict_of({...face, ...box}, {...trial, ...change}, 1280, 720);

test("the shorter side decides what is too small, the longer one what is too large", () => {
  assert.equal(verdict({width: 60}), "good");
  assert.equal(verdict({width: 59.9}), "too_small");
  assert.equal(verdict({}, {max_size: 119}), "too_large");
});

test("a face must be wholly inside roi", () => {
  assert.equal(verdict({}, {roi: {left: 0, top: 0, width: 54.7, height: 100}}), "good");
  assert.equal(verdict({}, {roi: {left: 0, top: 0, width: 54, height: 100}}), "outside_roi");
});

test("what is outside rot is not even looked for", () => {
  assert.equal(verdict({width: 10}, {rot: {left: 60, top: 0, width: 40, height: 100}}), "outside_rot");
});

test("reasons come in the order in which the agent asks for them", () => {
  const roi = {left: 0, top: 0, width: 10, height: 10};
  assert.equal(verdict({width: 10, quality: 0.1}, {roi}), "too_small");
  assert.equal(verdict({quality: 0.1}, {roi}), "outside_roi");
  assert.equal(verdict({quality: 0.1}), "low_quality");
  assert.equal(verdict({weak: true, width: 10}), "weak");
});

test("the agent's own verdict is shown as it is", () => {
  assert.equal(verdict_now(face), "good");
  assert.equal(verdict_now({...face, reason: "outside_roi"}), "outside_roi");
  assert.equal(verdict_now({...face, weak: true}), "weak");
});

test("a person of the last minute is judged by the best moment, then by the largest face", () => {
  const recent = new RecentFaces();
  const judge = () => recent.verdicts(trial, 1280, 720);
  recent.add([{...face, track: 1, width: 20}, {...face, track: 2, width: 30}, {...face, track: 0}], 0);
  assert.deepEqual(judge(), ["too_small", "too_small"]);
  recent.add([face, {...face, track: 2, quality: 0.1}, {...face, track: 3, weak: true}], 1000);
  assert.deepEqual(judge(), ["good", "low_quality"]);
  recent.add([], 62_000);
  assert.deepEqual(judge(), []);
});
