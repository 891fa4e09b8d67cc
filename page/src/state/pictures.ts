// The page's one stream of pictures. Tiles say which cameras can be seen; the stream asks for exactly these,
// and is opened anew when they change. Of each camera only the newest picture is decoded.

import {effect, signal} from "@preact/signals";
import {RecordCutter, type PictureRecord} from "../api/records";
import type {PictureHeader} from "../api/types";
import {link} from "./link";
import {camera} from "./store";

export interface Painter {
  width: () => number; // pixels that it can show: a small tile's picture is made small while it is decoded
  paint: (picture: ImageBitmap, header: PictureHeader) => void;
}

export const pictures_failed = signal(false);

const kMost = 64; // cameras in one request
const kMostQuery = 12_000; // bytes: the server takes 20 KB of headers
const kSettle = 200; // ms: while the page is scrolled, the stream is not opened anew each time
const kSilent = 20000; // ms without a byte: a sign of life comes every 5 s
const kPause = 2000; // ms before the next try

const painters = new Map<string, Set<Painter>>();
const wanted = new Map<string, number>(); // cameras, and how many want them
const only = signal<string | null>(null); // while a camera is open, nothing else is fetched
const decoding = new Set<string>();
const newest = new Map<string, PictureRecord>();

let open = "";
let stream: AbortController | null = null;
let timer = 0;

const kPictureWidth = 640; // of the server's pictures, at most

function decoded(name: string, jpeg: Uint8Array<ArrayBuffer>): Promise<ImageBitmap> {
  let width = 0;
  for (const painter of painters.get(name) ?? []) width = Math.max(width, painter.width());
  const blob = new Blob([jpeg], {type: "image/jpeg"});
  const is_small = width > 0 && width < kPictureWidth;
  return is_small ? createImageBitmap(blob, {resizeWidth: width, resizeQuality: "medium"}) : createImageBitmap(blob);
}

async function decode(name: string) {
  decoding.add(name);
  for (let record = newest.get(name); record; record = newest.get(name)) {
    newest.delete(name);
    try {
      const picture = await decoded(name, record.jpeg);
      for (const {paint} of painters.get(name) ?? []) paint(picture, record.header);
      picture.close();
    } catch {
      // a broken picture: the next one comes
    }
  }
  decoding.delete(name);
}

function take(record: PictureRecord) {
  const {name} = record.header;
  newest.set(name, record);
  if (!decoding.has(name)) void decode(name);
}

function parameter(name: string): string {
  return `camera=${encodeURIComponent(name)}`;
}

async function read(names: string[], stop: AbortController) {
  const query = names.map(parameter).join("&");
  const response = await fetch(`/api/v1/pictures?${query}`, {cache: "no-store", signal: stop.signal});
  if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
  const cutter = new RecordCutter();
  const reader = response.body.getReader();
  let silence = 0;
  for (;;) {
    window.clearTimeout(silence);
    silence = window.setTimeout(() => stop.abort(), kSilent);
    const {done, value} = await reader.read().finally(() => window.clearTimeout(silence));
    if (done) return;
    pictures_failed.value = false;
    for (const record of cutter.push(value)) take(record);
  }
}

async function run(names: string[], stop: AbortController) {
  try {
    await read(names, stop);
  } catch {
    if (stream === stop && link.value === "live") pictures_failed.value = true;
  }
  if (stream !== stop) return; // another one is open already
  stream = null;
  open = "";
  window.setTimeout(settle, kPause);
}

function chosen(): string[] {
  if (link.value !== "live") return [];
  const names = only.value === null ? [...wanted.keys()] : [only.value];
  let bytes = 0;
  return names
    .filter((name) => camera(name) !== undefined)
    .sort()
    .slice(0, kMost)
    .filter((name) => (bytes += parameter(name).length + 1) <= kMostQuery);
}

function settle() {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    const names = chosen();
    const key = names.join("\n");
    if (key === open) return;
    stream?.abort();
    stream = null;
    open = key;
    if (names.length === 0) return;
    stream = new AbortController();
    void run(names, stream);
  }, kSettle);
}

effect(() => {
  void link.value;
  void only.value;
  settle();
});

// Paints each new picture of this camera, until the returned function is called.
export function paint_with(name: string, painter: Painter): () => void {
  const all = painters.get(name) ?? new Set();
  painters.set(name, all.add(painter));
  return () => {
    all.delete(painter);
    if (all.size === 0) painters.delete(name);
  };
}

// This camera can be seen, until the returned function is called.
export function want(name: string): () => void {
  wanted.set(name, (wanted.get(name) ?? 0) + 1);
  settle();
  return () => {
    const left = (wanted.get(name) ?? 1) - 1;
    if (left > 0) wanted.set(name, left);
    else wanted.delete(name);
    settle();
  };
}

export function want_only(name: string | null) {
  only.value = name;
}
