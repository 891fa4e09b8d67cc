// The latest best shots: what became of each, and why.

import {signal} from "@preact/signals";
import {useEffect, useMemo, useRef, useState} from "preact/hooks";
import {get} from "../api/client";
import type {Event, Events, Fate} from "../api/types";
import {messages} from "../i18n";
import type {Messages} from "../i18n/en";
import {by_name, type CameraLevel} from "../logic/cameras";
import {number_text} from "../logic/format";
import {kMost, passes, query_of, with_event, type Filter} from "../logic/shots";
import {server_now} from "../state/clock";
import {link} from "../state/link";
import {open_camera} from "../state/route";
import {camera_names, on_event} from "../state/store";
import {Empty, Moment, Section, Select} from "./common";
import {Glyph, Shape} from "./icons";

const kPage = window.innerWidth < 640 ? 8 : 24; // on a phone what comes below must not be far away

const kFateLevels: Record<Fate, CameraLevel> = {posted: "ok", pending: "starting", failed: "error", not_posted: "off"};

function fate_text(event: Event, m: Messages): string {
  if (event.fate !== "not_posted") return m.fate[event.fate] ?? event.fate;
  return m.outcome[event.outcome] ?? event.outcome;
}

const kLossy = ["shed", "expired", "encode_failed", "refused"]; // somebody's face, and nobody has it

function ShotPicture({event}: {event: Event}) {
  const m = messages.value;
  const [failed, set_failed] = useState(false);
  if (event.thumbnail === null || failed) {
    return (
      <span class="shot-none">
        <Glyph name="face" />
        <span class="unseen">{m.shot_no_thumbnail}</span>
      </span>
    );
  }
  return (
    <img
      src={event.thumbnail}
      alt={m.shot_alt(event.camera)}
      loading="lazy"
      decoding="async"
      onError={() => set_failed(true)}
    />
  );
}

function ShotCard({event, fresh, with_camera}: {event: Event; fresh: boolean; with_camera: boolean}) {
  const m = messages.value;
  const level = event.fate === "not_posted" && kLossy.includes(event.outcome) ? "warning" : kFateLevels[event.fate];
  return (
    <li class={`shot fate-${event.fate} ${fresh ? "fresh" : ""}`} data-event={event.id}>
      <span class="shot-picture">
        <ShotPicture event={event} />
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
  const [limit, set_limit] = useState(kPage);
  const fresh = useRef(new Set<number>());
  const live = link.value === "live";
  useEffect(() => set_limit(kPage), [filter.camera, filter.fate, filter.since]);
  useEffect(() => {
    if (!live) return;
    let stopped = false;
    get<Events>(`/api/v1/events?${query_of(filter, limit)}`).then(
      (page) => {
        if (stopped) return;
        set_error("");
        set_loaded(page);
      },
      (failure: Error) => {
        if (!stopped) set_error(failure.message);
      },
    );
    const end = on_event((event) => {
      if (server_now() - Date.parse(event.captured) < 60_000) fresh.current.add(event.id);
      set_loaded((before) => {
        if (before === null) return before;
        return {...before, enabled: true, events: with_event(before.events, event, passes(event, filter, server_now()), limit)};
      });
    });
    return () => {
      stopped = true;
      end();
    };
  }, [live, filter.camera, filter.fate, filter.since, limit]);
  const full = loaded !== null && (loaded.next !== null || loaded.events.length >= limit);
  const more = full && limit < kMost ? () => set_limit(Math.min(2 * limit, kMost)) : null;
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
      {more && (
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
