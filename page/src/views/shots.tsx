// The latest best shots: what became of each, and why.

import {signal} from "@preact/signals";
import {useEffect, useMemo, useRef, useState} from "preact/hooks";
import {get} from "../api/client";
import type {Event, Events, Fate} from "../api/types";
import {messages} from "../i18n";
import type {Messages} from "../i18n/en";
import {by_name, type CameraLevel} from "../logic/cameras";
import {number_text} from "../logic/format";
import {link} from "../state/link";
import {open_camera} from "../state/route";
import {camera_names, on_event} from "../state/store";
import {Empty, Moment, Section, Select} from "./common";
import {Glyph, Shape} from "./icons";

export interface Filter {
  camera: string; // "": all
  fate: string; // "": all; a fate, or the reason of not_posted
  since: string; // "": any time; 15m, 1h, 1d
}

const kFates = ["posted", "pending", "failed", "not_posted"];
const kPage = 24;
const kMost = 240; // shots on the page: more are fetched by filters
const kSpans: Record<string, number> = {"15m": 900, "1h": 3600, "1d": 86400};

export function query_of(filter: Filter, cursor: string | null): string {
  const query = new URLSearchParams({limit: String(kPage)});
  if (filter.camera !== "") query.set("camera", filter.camera);
  if (filter.fate !== "") query.set(kFates.includes(filter.fate) ? "fate" : "reason", filter.fate);
  if (filter.since !== "") query.set("since", filter.since);
  if (cursor !== null) query.set("cursor", cursor);
  return query.toString();
}

export function passes(event: Event, filter: Filter, now_ms: number): boolean {
  if (filter.camera !== "" && event.camera !== filter.camera) return false;
  if (filter.fate !== "" && event.fate !== filter.fate && event.outcome !== filter.fate) return false;
  const span = kSpans[filter.since];
  return span === undefined || now_ms - Date.parse(event.captured) <= span * 1000;
}

// The list with this end of a track: in its place, by time of capture; what is there under its id is replaced.
export function with_event(events: Event[], event: Event, fits: boolean): Event[] {
  const others = events.filter(({id}) => id !== event.id);
  if (!fits) return others;
  return [...others, event]
    .sort((a, b) => (a.captured === b.captured ? b.id - a.id : a.captured < b.captured ? 1 : -1))
    .slice(0, kMost);
}

const kFateLevels: Record<Fate, CameraLevel> = {posted: "ok", pending: "starting", failed: "error", not_posted: "off"};

function fate_text(event: Event, m: Messages): string {
  if (event.fate !== "not_posted") return m.fate[event.fate] ?? event.fate;
  return m.outcome[event.outcome] ?? event.outcome;
}

const kLossy = ["shed", "expired", "encode_failed", "refused"]; // somebody's face, and nobody has it

function ShotCard({event, fresh, with_camera}: {event: Event; fresh: boolean; with_camera: boolean}) {
  const m = messages.value;
  const level = event.fate === "not_posted" && kLossy.includes(event.outcome) ? "warning" : kFateLevels[event.fate];
  return (
    <li class={`shot fate-${event.fate} ${fresh ? "fresh" : ""}`} data-event={event.id}>
      <span class="shot-picture">
        {event.thumbnail === null ? (
          <span class="shot-none">
            <Glyph name="face" />
            <span class="unseen">{m.shot_no_thumbnail}</span>
          </span>
        ) : (
          <img src={event.thumbnail} alt={m.shot_alt(event.camera)} loading="lazy" decoding="async" />
        )}
      </span>
      <span class="shot-words">
        <span class={`state level-${level}`}>
          <Shape level={level} />
          {fate_text(event, m)}
        </span>
        <span class="shot-where">
          {with_camera && (
            <button type="button" class="plain" title={event.camera} onClick={() => open_camera(event.camera)}>
              {event.camera}
            </button>
          )}
          <Moment iso={event.captured} seconds />
        </span>
        <span class="shot-figures">
          {m.shot_size(Math.round(event.face.width), Math.round(event.face.height))}
          {event.quality.total > 0 && ` · ${m.shot_quality(number_text(event.quality.total, m, 2))}`}
        </span>
        {event.text !== "" && (
          <span class="words" lang="en" title={event.text}>
            {event.text}
          </span>
        )}
      </span>
    </li>
  );
}

interface Loaded {
  events: Event[];
  next: string | null;
  enabled: boolean;
}

function useShots(filter: Filter) {
  const [loaded, set_loaded] = useState<Loaded | null>(null);
  const [error, set_error] = useState("");
  const fresh = useRef(new Set<number>());
  const live = link.value === "live";
  const load = async (cursor: string | null, stopped: () => boolean) => {
    try {
      const page = await get<Events>(`/api/v1/events?${query_of(filter, cursor)}`);
      if (stopped()) return;
      set_error("");
      set_loaded((before) => {
        if (cursor === null || before === null) return page;
        const there = new Set(before.events.map(({id}) => id));
        return {...page, events: [...before.events, ...page.events.filter(({id}) => !there.has(id))]};
      });
    } catch (failure) {
      if (!stopped()) set_error(failure instanceof Error ? failure.message : String(failure));
    }
  };
  useEffect(() => {
    if (!live) return;
    let stopped = false;
    void load(null, () => stopped);
    const end = on_event((event) => {
      if (Date.now() - Date.parse(event.captured) < 60_000) fresh.current.add(event.id);
      set_loaded((before) => {
        if (before === null) return before;
        return {...before, enabled: true, events: with_event(before.events, event, passes(event, filter, Date.now()))};
      });
    });
    return () => {
      stopped = true;
      end();
    };
  }, [live, filter.camera, filter.fate, filter.since]);
  const more = () => void load(loaded?.next ?? null, () => false);
  return {loaded, error, more, fresh: fresh.current};
}

export function ShotList({filter}: {filter: Filter}) {
  const m = messages.value;
  const {loaded, error, more, fresh} = useShots(filter);
  if (loaded === null) return <Empty>{error === "" ? m.loading : m.not_loaded(error)}</Empty>;
  if (!loaded.enabled) return <Empty>{m.shots_off}</Empty>;
  if (loaded.events.length === 0) {
    const any = filter.fate === "" && filter.since === "" && filter.camera === "";
    return <Empty>{any ? m.shots_none : m.shots_none_match}</Empty>;
  }
  return (
    <>
      <ul class="shots">
        {loaded.events.map((event) => (
          <ShotCard key={event.id} event={event} fresh={fresh.has(event.id)} with_camera />
        ))}
      </ul>
      {loaded.next !== null && loaded.events.length < kMost && (
        <p class="more">
          <button type="button" onClick={more}>
            {m.shots_more}
          </button>
        </p>
      )}
    </>
  );
}

const filter = signal<Filter>({camera: "", fate: "", since: ""});

export function Shots() {
  const m = messages.value;
  const names = useMemo(() => [...camera_names.value].sort(by_name), [camera_names.value]);
  const change = (part: Partial<Filter>) => (filter.value = {...filter.value, ...part});
  const fates = [
    ...Object.entries(m.fate).map(([value, text]) => ({value, text})),
    ...Object.entries(m.outcome).map(([value, text]) => ({value, text: `${m.fate["not_posted"]}: ${text}`})),
  ];
  const tools = (
    <>
      <Select
        label={m.filter_camera}
        value={filter.value.camera}
        onChoose={(camera) => change({camera})}
        choices={[{value: "", text: m.any_camera}, ...names.map((name) => ({value: name, text: name}))]}
      />
      <Select
        label={m.filter_fate}
        value={filter.value.fate}
        onChoose={(fate) => change({fate})}
        choices={[{value: "", text: m.any_fate}, ...fates]}
      />
      <Select
        label={m.filter_time}
        value={filter.value.since}
        onChoose={(since) => change({since})}
        choices={[
          {value: "", text: m.any_time},
          ...Object.entries(m.last_span).map(([value, text]) => ({value, text})),
        ]}
      />
    </>
  );
  return (
    <Section id="shots" title={m.shots} tools={tools}>
      <ShotList filter={filter.value} />
    </Section>
  );
}
