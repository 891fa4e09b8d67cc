// Which ends of tracks are shown, and in which order. Pure functions.

import type {Event} from "../api/types";

export interface Filter {
  camera: string; // "": all
  fate: string; // "": all; a fate, or the reason of not_posted
  since: string; // "": any time; 15m, 1h, 1d
}

const kFates = ["posted", "pending", "failed", "not_posted"];
export const kMost = 200; // shots on the page, and in an answer: older ones are found by filters
const kSpans: Record<string, number> = {"15m": 900, "1h": 3600, "1d": 86400};

export function query_of(filter: Filter, limit: number): string {
  const query = new URLSearchParams({limit: String(limit)});
  if (filter.camera !== "") query.set("camera", filter.camera);
  if (filter.fate !== "") query.set(kFates.includes(filter.fate) ? "fate" : "reason", filter.fate);
  if (filter.since !== "") query.set("since", filter.since);
  return query.toString();
}

export function passes(event: Event, filter: Filter, now_ms: number): boolean {
  if (filter.camera !== "" && event.camera !== filter.camera) return false;
  if (filter.fate !== "" && event.fate !== filter.fate && event.outcome !== filter.fate) return false;
  const span = kSpans[filter.since];
  return span === undefined || now_ms - Date.parse(event.captured) <= span * 1000;
}

// The list with this end of a track: in its place, by time of capture; what is there under its id is replaced. Beyond
// the limit the oldest goes.
export function with_event(events: Event[], event: Event, fits: boolean, limit: number): Event[] {
  const others = events.filter(({id}) => id !== event.id);
  if (!fits) return others;
  return [...others, event]
    .sort((a, b) => (a.captured === b.captured ? b.id - a.id : a.captured < b.captured ? 1 : -1))
    .slice(0, limit);
}
