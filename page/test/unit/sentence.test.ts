import assert from "node:assert/strict";
import {test} from "node:test";
import {en} from "../../src/i18n/en";
import {pt_br} from "../../src/i18n/pt_br";
import {moment_text} from "../../src/logic/format";
import {problem_sentence, sentence_of} from "../../src/logic/sentence";
import {receivers, status} from "./samples";

const now = Date.parse(status().now);
const since = moment_text(Date.parse(status().problems[0]?.since ?? ""), now, en);

function well() {
  const value = status();
  value.problems = [];
  value.health = {level: "ok", code: "ok", kind: "program", subject: "", since: null, others: 0, text: "", advice: ""};
  value.cameras = {total: 2, online: 2, starting: 0, offline: 0};
  return value;
}

test("a problem says what, which, since when, and what to do", () => {
  const sentence = sentence_of(status(), [], now, en);
  assert.equal(sentence.level, "error");
  assert.equal(sentence.text, `Camera gate has sent no video since ${since}.`);
  assert.equal(sentence.advice, "Check its power, its network and the address in its url.");
  assert.equal(sentence.detail, "No connection to 10.0.0.5:554 (timed out)");
});

test("in Portuguese, too", () => {
  const sentence = sentence_of(status(), [], now, pt_br);
  assert.equal(sentence.text, `A câmera gate não envia vídeo desde ${since}.`);
  assert.equal(sentence.advice, "Verifique a alimentação, a rede e o endereço em url.");
});

test("all well names the receivers that take faces", () => {
  const taking = receivers().receivers.map((one) => ({...one, breaker: {...one.breaker, state: "closed" as const}}));
  assert.equal(sentence_of(well(), taking, now, en).text, "All well: all 2 cameras send video; faces go to FindFace.");
  assert.equal(
    sentence_of(well(), taking, now, pt_br).text,
    "Tudo bem: todas as 2 câmeras enviam vídeo; destino das faces: FindFace.",
  );
  assert.equal(sentence_of(well(), [], now, en).text, "All well: all 2 cameras send video.");
});

test("without cameras nothing is well yet, and the page says what to do", () => {
  const value = well();
  value.cameras.total = 0;
  const sentence = sentence_of(value, [], now, en);
  assert.equal(sentence.level, "starting");
  assert.match(sentence.advice, /vigia discover/);
});

test("a problem of a newer version is told in the server's words", () => {
  const problem = {...status().problems[0]!, code: "meteor", text: "camera gate: hit by a meteor"};
  const sentence = problem_sentence(problem, now, en);
  assert.match(sentence.text, /Something is wrong with gate/);
  assert.equal(sentence.detail, "Hit by a meteor");
  assert.equal(problem_sentence({...problem, text: "camera gate sends no video: a: b"}, now, en).detail, "A: b");
  assert.equal(problem_sentence({...problem, subject: ""}, now, en).detail, "Camera gate: hit by a meteor");
});
