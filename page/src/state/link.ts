// The page's connection to the agent: one stream of changes. It says whether the agent is there, and since when
// it is not, and connects again by itself. While the page is hidden nothing is open.

import {signal} from "@preact/signals";
import {get, is_alive, refusal_of} from "../api/client";
import {EventCutter} from "../api/sse";
import type {Session} from "../api/types";
import {take} from "./store";

export type Link = "connecting" | "live" | "gone" | "refused" | "login" | "paused";

export const link = signal<Link>("connecting");
export const gone_since = signal<number | null>(null); // ms of this machine's clock; null: it was never there
export const refused_text = signal("");
export const session = signal<Session | null>(null);

const kQuiet = 8000; // ms without a byte, after which the agent is asked whether it lives
const kSilent = 20000; // ms without a byte, after which the stream is dead: ': alive' comes every 15 s
const kPause = [250, 1000, 2000, 3000]; // ms before the next try

let current: AbortController | null = null;
let heard = 0; // when the last byte came; 0: never
let last_id = "";
let tries = 0;

function lost() {
  if (link.value === "gone") return;
  gone_since.value = heard === 0 ? null : heard;
  link.value = "gone";
}

async function read(body: ReadableStream<Uint8Array>) {
  const cutter = new EventCutter();
  const text = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return;
    heard = Date.now();
    for (const event of cutter.push(text.decode(value, {stream: true}))) {
      take(event.name, event.data);
      tries = 0;
      gone_since.value = null;
      link.value = "live";
    }
    last_id = cutter.id || last_id;
  }
}

// Ends the stream when nothing comes for too long: a cut cable does not close a connection.
function watch(stream: AbortController): number {
  let asking = false;
  return window.setInterval(async () => {
    const quiet = Date.now() - heard;
    if (quiet > kSilent) stream.abort();
    if (quiet < kQuiet || asking) return;
    asking = true;
    if (!(await is_alive())) stream.abort();
    asking = false;
  }, 1000);
}

async function once(stream: AbortController): Promise<boolean> {
  const headers: Record<string, string> = {Accept: "text/event-stream"};
  if (last_id !== "") headers["Last-Event-ID"] = last_id;
  const patience = window.setTimeout(() => stream.abort(), 8000);
  const response = await fetch("/api/v1/stream", {headers, cache: "no-store", signal: stream.signal});
  window.clearTimeout(patience);
  if (response.status === 401) {
    session.value = {login_required: true, logged_in: false};
    link.value = "login";
    return false;
  }
  if (!response.ok || response.body === null) {
    refused_text.value = (await refusal_of(response)).message;
    link.value = "refused";
    return true;
  }
  heard = Date.now();
  const watching = watch(stream);
  try {
    await read(response.body);
  } finally {
    window.clearInterval(watching);
  }
  return true;
}

async function run(stop: AbortController) {
  while (!stop.signal.aborted) {
    const stream = new AbortController();
    const end = () => stream.abort();
    stop.signal.addEventListener("abort", end);
    try {
      if (!(await once(stream))) return;
      if (link.value !== "refused" && tries > 0) lost();
    } catch {
      if (!stop.signal.aborted && (tries > 0 || stream.signal.aborted)) lost();
    } finally {
      stop.signal.removeEventListener("abort", end);
    }
    if (stop.signal.aborted) return;
    const pause = kPause[Math.min(tries, kPause.length - 1)] ?? 3000;
    ++tries;
    await new Promise((go) => window.setTimeout(go, pause));
  }
}

export function connect() {
  current?.abort();
  tries = 0;
  if (link.value !== "gone") link.value = "connecting";
  current = new AbortController();
  void run(current);
}

function follow_visibility() {
  if (document.hidden) {
    current?.abort();
    current = null;
    if (link.value !== "login") link.value = "paused";
  } else if (link.value === "paused") {
    connect();
  }
}

export function start() {
  document.addEventListener("visibilitychange", follow_visibility);
  if (!document.hidden) connect();
  else link.value = "paused";
  get<Session>("/api/v1/session").then(
    (answer) => (session.value = answer),
    () => {}, // the stream will say
  );
}
