// The one sentence at the top: all is well; or what, which, since when, and what to do. Pure functions.

import type {Level, Problem, Receiver, Status} from "../api/types";
import type {Messages} from "../i18n/en";
import {capital, moment_text} from "./format";

export interface Sentence {
  level: Level;
  text: string;
  advice: string;
  detail: string; // the server's words, in English
}

function when_text(since: string | null, now_ms: number, m: Messages): string {
  return since === null ? "" : ` ${m.since(moment_text(Date.parse(since), now_ms, m))}`;
}

function stop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

export function receiver_name(name: string, m: Messages): string {
  return m.receiver_names[name] ?? name;
}

// 'camera gate sends no video: no connection ...' without what the sentence has already.
function detail_of(problem: Problem): string {
  const subject = problem.subject === "" ? -1 : problem.text.indexOf(problem.subject);
  const colon = subject < 0 ? -1 : problem.text.indexOf(": ", subject + problem.subject.length);
  return capital(colon < 0 ? problem.text : problem.text.slice(colon + 2));
}

export function problem_sentence(problem: Problem, now_ms: number, m: Messages): Sentence {
  const subject = problem.kind === "receiver" ? receiver_name(problem.subject, m) : problem.subject;
  const when = when_text(problem.since, now_ms, m);
  const say = m.problem[problem.code] ?? m.problem_other;
  const advice = m.locale === "en" ? problem.advice : (m.advice[problem.code] ?? "");
  return {
    level: problem.level,
    text: stop(capital(say(subject, when))),
    advice: advice === "" ? "" : stop(capital(advice)),
    detail: detail_of(problem),
  };
}

export function list_text(names: string[], m: Messages): string {
  return new Intl.ListFormat(m.locale, {type: "conjunction"}).format(names);
}

export function sentence_of(status: Status, receivers: Receiver[], now_ms: number, m: Messages): Sentence {
  const {health, cameras} = status;
  const worst = status.problems[0];
  if (health.level === "warning" || health.level === "error") {
    return problem_sentence(worst ?? {...health, level: health.level}, now_ms, m);
  }
  if (cameras.total === 0) return {level: "starting", text: m.no_cameras, advice: m.no_cameras_advice, detail: ""};
  if (health.level === "starting") {
    return {level: "starting", text: m.starting(cameras.online, cameras.total), advice: "", detail: ""};
  }
  const taking = receivers.filter((receiver) => receiver.breaker.state === "closed").map((receiver) => receiver_name(receiver.name, m));
  const takes = taking.length === 0 ? "" : m.takes_faces(list_text(taking, m));
  return {level: "ok", text: m.all_well(cameras.total, takes), advice: "", detail: ""};
}
