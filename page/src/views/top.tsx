// The head of the page: name, choices, and the one sentence that says how things are.

import {useEffect, useRef} from "preact/hooks";
import {post} from "../api/client";
import type {Level} from "../api/types";
import {kLanguages, language, messages, speak, type Language} from "../i18n";
import {moment_text, number_text, rate_text} from "../logic/format";
import {problem_sentence, sentence_of, type Sentence} from "../logic/sentence";
import {now} from "../state/clock";
import {gone_since, link, refused_text, session} from "../state/link";
import {receivers, status} from "../state/store";
import {choose_theme, theme, type Theme} from "../state/theme";
import {open_camera} from "../state/route";
import {FactList} from "./common";
import {Glyph, Mark, Shape} from "./icons";

async function log_out() {
  await post("/api/v1/logout").catch(() => {});
  location.reload();
}

export function Head() {
  const m = messages.value;
  const themes: [Theme, string][] = [
    ["auto", m.theme_auto],
    ["light", m.theme_light],
    ["dark", m.theme_dark],
  ];
  return (
    <header class="head">
      <a class="skip" href="#cameras-title">
        {m.skip}
      </a>
      <h1>
        <Mark /> {m.title}
      </h1>
      <div class="head-tools">
        <label>
          <span class="unseen">{m.language}</span>
          <select value={language.value} onChange={(event) => speak(event.currentTarget.value as Language)}>
            {Object.entries(kLanguages).map(([tag, texts]) => (
              <option key={tag} value={tag} lang={tag}>
                {texts.language_name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="unseen">{m.theme}</span>
          <select value={theme.value} onChange={(event) => choose_theme(event.currentTarget.value as Theme)}>
            {themes.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </label>
        {session.value?.login_required && session.value.logged_in && (
          <button type="button" onClick={() => void log_out()}>
            {m.log_out}
          </button>
        )}
      </div>
    </header>
  );
}

function current_sentence(): Sentence {
  const m = messages.value;
  const gone = (text: string): Sentence => ({level: "error", text, advice: m.gone_advice, detail: ""});
  switch (link.value) {
    case "gone":
      return gone(
        gone_since.value === null ? m.gone_at_all : m.gone(moment_text(gone_since.value, Date.now(), m, true)),
      );
    case "refused":
      return {level: "error", text: m.gone_refused(refused_text.value), advice: "", detail: ""};
    default:
  }
  if (status.value === null) return {level: "starting", text: m.connecting, advice: "", detail: ""};
  return sentence_of(status.value, receivers.value?.receivers ?? [], now.value, m);
}

function Problems() {
  const m = messages.value;
  const problems = status.value?.problems ?? [];
  const total = status.value?.problems_total ?? 0;
  if (problems.length < 2 || link.value === "gone") return null;
  return (
    <details class="problems">
      <summary>{m.other_problems(total - 1)}</summary>
      <ul>
        {problems.slice(1).map((problem) => {
          const sentence = problem_sentence(problem, now.value, m);
          return (
            <li key={`${problem.code} ${problem.kind} ${problem.subject}`}>
              <Shape level={sentence.level} />
              <div>
                <strong>
                  {problem.kind === "camera" ? (
                    <button type="button" class="plain" onClick={() => open_camera(problem.subject)}>
                      {sentence.text}
                    </button>
                  ) : (
                    sentence.text
                  )}
                </strong>{" "}
                {sentence.advice}
                <div class="detail" lang="en">
                  {sentence.detail}
                </div>
              </div>
            </li>
          );
        })}
      </ul>
    </details>
  );
}

function Figures() {
  const m = messages.value;
  const value = status.value;
  if (value === null || link.value === "gone" || link.value === "refused") return null;
  return (
    <FactList
      look="figures"
      label={m.figures}
      facts={[
        [m.figure_cameras, m.of(number_text(value.cameras.online, m), number_text(value.cameras.total, m))],
        [m.figure_faces, number_text(value.totals.faces_posted, m)],
        [m.figure_pending, number_text(value.totals.faces_pending, m)],
        [m.figure_fps, rate_text(value.frames_per_second, m)],
      ]}
    />
  );
}

// The title of the browser's tab tells the state, too, as long as it is known.
function useTitle(level: Level, text: string) {
  const m = messages.value;
  const paused = link.value === "paused";
  useEffect(() => {
    const sign = level === "error" ? "✖ " : level === "warning" ? "▲ " : "";
    document.title = paused ? `${m.title} · ${m.paused}` : sign === "" ? m.title : `${sign}${text} · ${m.title}`;
  }, [level, text, paused, m]);
}

export function Banner() {
  const m = messages.value;
  const sentence = current_sentence();
  const was_gone = useRef(false);
  const back = was_gone.current && link.value === "live";
  if (link.value === "gone") was_gone.current = true;
  if (link.value === "live") was_gone.current = false;
  useTitle(sentence.level, sentence.text);
  const subject = link.value === "live" && sentence.level !== "ok" ? status.value?.health : undefined;
  return (
    <section class={`banner level-${sentence.level}`} aria-label={m.health}>
      <Shape level={sentence.level} />
      <div class="banner-words">
        <div role="status" aria-live="polite" aria-atomic="true">
          {back && <span class="unseen">{m.back} </span>}
          <p class="sentence" id="sentence">
            {sentence.text}
          </p>
          {sentence.advice !== "" && <p class="advice">{sentence.advice}</p>}
        </div>
        {sentence.detail !== "" && (
          <p class="detail" lang="en">
            {sentence.detail}
          </p>
        )}
        {subject?.kind === "camera" && subject.subject !== "" && (
          <button type="button" class="link" onClick={() => open_camera(subject.subject)}>
            {m.open_camera(subject.subject)} <Glyph name="down" />
          </button>
        )}
        <Problems />
      </div>
      <Figures />
    </section>
  );
}
