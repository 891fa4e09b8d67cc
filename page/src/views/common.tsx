// Small parts that several views share.

import type {ComponentChildren} from "preact";
import {useEffect, useRef, useState} from "preact/hooks";
import {messages} from "../i18n";
import {ago_text, exact_text, moment_text} from "../logic/format";
import {link} from "../state/link";
import {Shape} from "./icons";
import {now} from "../state/clock";

// "3 min ago"; hover tells the exact time in UTC.
export function Ago({iso, otherwise}: {iso: string | null; otherwise: string}) {
  if (iso === null) return <>{otherwise}</>;
  return (
    <time dateTime={iso} title={exact_text(iso)}>
      {ago_text(Date.parse(iso), now.value, messages.value)}
    </time>
  );
}

export function Moment({iso, seconds = false}: {iso: string; seconds?: boolean}) {
  return (
    <time dateTime={iso} title={exact_text(iso)}>
      {moment_text(Date.parse(iso), now.value, messages.value, seconds)}
    </time>
  );
}

export interface Choice<T extends string> {
  value: T;
  text: string;
}

interface ChoicesProps<T extends string> {
  label: string;
  choices: Choice<T>[];
  value: T;
  onChoose: (value: T) => void;
}

// A few exclusive choices beside each other: radio buttons to a keyboard and a screen reader.
export function Segments<T extends string>({label, choices, value, onChoose}: ChoicesProps<T>) {
  const name = useRef(`segments-${Math.random().toString(36).slice(2)}`).current;
  return (
    <fieldset class="segments">
      <legend class="unseen">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value}>
          <input type="radio" name={name} checked={choice.value === value} onChange={() => onChoose(choice.value)} />
          <span>{choice.text}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function Select<T extends string>({label, choices, value, onChoose}: ChoicesProps<T>) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value as T)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface SectionProps {
  id: string;
  title: string;
  tools?: ComponentChildren;
  children: ComponentChildren;
}

export function Section({id, title, tools, children}: SectionProps) {
  return (
    <section class="section" aria-labelledby={`${id}-title`} id={id}>
      <div class="section-head">
        <h2 id={`${id}-title`} tabIndex={-1}>
          {title}
        </h2>
        {tools && <div class="tools">{tools}</div>}
      </div>
      {children}
    </section>
  );
}

export type Fact = [name: string, value: ComponentChildren];

interface FactListProps {
  facts: Fact[];
  look?: "facts" | "facts inline" | "figures";
  label?: string; // what they are about, where no heading says it
}

export function FactList({facts, look = "facts", label}: FactListProps) {
  return (
    <dl class={look} aria-label={label}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

// While Vigia does not answer.
export function UnknownState() {
  return (
    <span class="state level-off">
      <Shape level="off" />
      {messages.value.state_unknown}
    </span>
  );
}

export function Empty({children}: {children: ComponentChildren}) {
  return <p class="empty">{children}</p>;
}

// Calls ask at once and then every so many ms, while the agent is there and the page can be seen.
export function usePolled<T>(ask: () => Promise<T>, every: number, keys: unknown[]): {value: T | null; error: string} {
  const [value, set_value] = useState<T | null>(null);
  const [error, set_error] = useState("");
  const live = link.value === "live";
  useEffect(() => {
    if (!live) return;
    let stopped = false;
    let timer = 0;
    const turn = async () => {
      try {
        const answer = await ask();
        if (stopped) return;
        set_value(answer);
        set_error("");
      } catch (failure) {
        if (!stopped) set_error(failure instanceof Error ? failure.message : String(failure));
      }
      if (!stopped) timer = window.setTimeout(turn, every);
    };
    void turn();
    return () => {
      stopped = true;
      window.clearTimeout(timer);
    };
  }, [live, every, ...keys]);
  return {value, error};
}
