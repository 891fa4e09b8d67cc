// How far the agent is from its limits: memory with its owners, the collector, load; over minutes and hours.

import {signal} from "@preact/signals";
import {useMemo, useState} from "preact/hooks";
import {get} from "../api/client";
import type {History, Memory, SeriesName} from "../api/types";
import {messages} from "../i18n";
import {bytes_text, capital, micros_text, number_text, rate_text, span_text} from "../logic/format";
import {status} from "../state/store";
import {Chart} from "./chart";
import {Empty, FactList, Section, Segments, usePolled, type Fact} from "./common";

type Span = "minutes" | "hour" | "day";

const span = signal<Span>("minutes");
const kOwners = 4; // shown at first
const kMinutes = 60; // points of 10 s in ten minutes

function Bar({text, part, whole}: {text: string; part: number; whole: number}) {
  const m = messages.value;
  const share = whole > 0 ? Math.min(1, part / whole) : 0;
  const level = share >= 0.95 ? "error" : share >= 0.8 ? "warning" : "ok";
  const value = whole > 0 ? m.of(bytes_text(part, m), bytes_text(whole, m)) : `${bytes_text(part, m)}, ${m.no_limit}`;
  return (
    <div class="bar-row">
      <div class="bar-text">
        <span>{text}</span>
        <span class="number">
          {value}
          {whole > 0 && <strong> {rate_text(share * 100, m)} %</strong>}
        </span>
      </div>
      <svg class={`bar level-${level}`} viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        <rect class="bar-whole" width="100" height="1" />
        <rect class="bar-part" width={share * 100} height="1" />
      </svg>
    </div>
  );
}

function MemoryCard({memory}: {memory: Memory}) {
  const m = messages.value;
  const [all, set_all] = useState(false);
  const owners = [...memory.owners].sort((a, b) => b.bytes - a.bytes);
  const shown = all ? owners : owners.slice(0, kOwners);
  // What a run shorter than an hour seems to lead to is mostly its start.
  const limit = memory.growth.anonymous_bytes.per_hour_over_hour && memory.growth.limit_reached;
  return (
    <div class="card">
      <h3>{m.memory}</h3>
      <Bar text={m.memory_process} part={memory.rss_bytes} whole={memory.limit_bytes} />
      <Bar text={m.memory_video} part={memory.in_use_bytes} whole={memory.budget_bytes} />
      <p class="remark">{limit ? m.memory_grows(m.memory_what[limit.what] ?? limit.what, span_text(limit.in_seconds, m)) : m.memory_flat}</p>
      {owners.length > 0 && (
        <table class="small">
          <caption>{m.memory_owners}</caption>
          <thead class="unseen">
            <tr>
              <th scope="col">{m.memory_owner}</th>
              <th scope="col">{m.memory_kind}</th>
              <th scope="col">{m.memory_bytes}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({owner, kind, bytes}) => (
              <tr key={`${owner} ${kind}`}>
                <th scope="row" title={owner}>
                  {owner}
                </th>
                <td>{kind}</td>
                <td class="number">{bytes_text(bytes, m)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {owners.length > shown.length && (
        <button type="button" class="link" onClick={() => set_all(true)}>
          {m.more(owners.length - shown.length)}
        </button>
      )}
    </div>
  );
}

function FactCard({title, facts}: {title: string; facts: Fact[]}) {
  return (
    <div class="card">
      <h3>{title}</h3>
      <FactList facts={facts} />
    </div>
  );
}

function CollectorCard({memory}: {memory: Memory}) {
  const m = messages.value;
  return (
    <FactCard
      title={m.collector}
      facts={[
        [m.collections, number_text(memory.gc_count, m)],
        [m.objects, `${number_text(memory.objects_collected, m)} / ${number_text(memory.objects_pending, m)}`],
        [m.stall_max, micros_text(memory.hot_stall_us.max, m)],
        [m.stall_p999, micros_text(memory.hot_stall_us.p999, m)],
        [m.leases_refused, number_text(memory.leases_refused, m)],
      ]}
    />
  );
}

function LoadCard() {
  const m = messages.value;
  const value = status.value;
  if (value === null) return null;
  const {load, latency_ms} = value;
  const level = load.level === 0 ? m.load_full : load.level > 0 ? m.load_reduced(load.level) : m.load_raised(-load.level);
  return (
    <FactCard
      title={m.load}
      facts={[
        [m.chart_overload, level],
        [m.load_detector, `${load.detector}, ${m.load_every(load.step)}`],
        [m.load_cpu, number_text(value.cpu_cores, m, 1)],
        [m.load_latency, `${micros_text(latency_ms.p50 * 1000, m)} / ${micros_text(latency_ms.p99 * 1000, m)}`],
        [m.load_dropped, rate_text(value.dropped_per_second, m)],
      ]}
    />
  );
}

function Charts() {
  const m = messages.value;
  const chosen = span.value;
  const {value} = usePolled(
    () => get<History>(`/api/v1/history?span=${chosen === "day" ? "day" : "hour"}`),
    chosen === "day" ? 60_000 : 10_000,
    [chosen],
  );
  const cut = useMemo(() => {
    const from = chosen === "minutes" ? -kMinutes : 0;
    const slice = (values: number[]) => (from === 0 ? values : values.slice(from));
    return {
      times: slice(value?.times ?? []),
      lines: (...names: SeriesName[]) =>
        names.map((name) => ({name: m.series[name] ?? name, values: slice(value?.series[name] ?? [])})),
    };
  }, [value, chosen, m]);
  const charts = useMemo(
    () => ({
      memory: cut.lines("rss_bytes", "in_use_bytes"),
      stall: cut.lines("hot_stall_us_max"),
      level: cut.lines("overload_level"),
      frames: cut.lines("frames_per_second", "dropped_per_second"),
      faces: cut.lines("faces_per_minute", "posted_per_minute"),
      pending: cut.lines("pending"),
    }),
    [cut],
  );
  const {times} = cut;
  const whole = (n: number) => number_text(n, m);
  // Only where it is near enough that the lines below it can still be told apart.
  const most = charts.memory.flatMap(({values}) => values).reduce((sum, one) => Math.max(sum, one), 0);
  const limit = value && value.limit_bytes < 4 * most ? value.limit_bytes : undefined;
  return (
    <div class="charts">
      <Chart title={m.chart_memory} times={times} lines={charts.memory} text={(n) => bytes_text(n, m)} binary {...(limit ? {limit} : {})} />
      <Chart title={m.chart_frames} times={times} lines={charts.frames} text={(n) => rate_text(n, m)} />
      <Chart title={m.chart_overload} times={times} lines={charts.level} text={whole} steps />
      <Chart title={m.chart_stall} times={times} lines={charts.stall} text={(n) => micros_text(n, m)} />
      <Chart title={m.chart_faces} times={times} lines={charts.faces} text={(n) => rate_text(n, m)} />
      <Chart title={m.chart_pending} times={times} lines={charts.pending} text={whole} steps />
    </div>
  );
}

export function Headroom() {
  const m = messages.value;
  const {value, error} = usePolled(() => get<Memory>("/api/v1/memory"), 5000, []);
  const tools = (
    <Segments
      label={m.span}
      value={span.value}
      onChoose={(choice) => (span.value = choice)}
      choices={(["minutes", "hour", "day"] as const).map((key) => ({value: key, text: capital(m.span_names[key] ?? key)}))}
    />
  );
  return (
    <Section id="headroom" title={m.headroom} tools={tools}>
      {value === null && <Empty>{error === "" ? m.loading : m.not_loaded(error)}</Empty>}
      {value !== null && (
        <div class="headroom">
          <MemoryCard memory={value} />
          <CollectorCard memory={value} />
          <LoadCard />
        </div>
      )}
      <Charts />
    </Section>
  );
}
