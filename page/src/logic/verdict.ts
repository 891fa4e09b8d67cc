// Would this face be posted, with the zones and the smallest size that are being tried? In the order of
// src/shot/grade.cpp. What takes a whole track to know (movement, length) is not asked. Pure functions.

import type {Box} from "../api/types";
import {is_whole, type Zone} from "./zone";

export type Verdict = "good" | "weak" | "outside_rot" | "too_small" | "too_large" | "outside_roi" | "low_quality";

export interface Trial {
  rot: Zone | null;
  roi: Zone | null;
  min_size: number;
  max_size: number;
  min_quality: number;
}

function inside(box: Box, zone: Zone | null, width: number, height: number): boolean {
  if (zone === null || is_whole(zone)) return true;
  const left = Math.round((zone.left * width) / 100);
  const top = Math.round((zone.top * height) / 100);
  const right = Math.round(((zone.left + zone.width) * width) / 100);
  const bottom = Math.round(((zone.top + zone.height) * height) / 100);
  return box.left >= left && box.top >= top && box.left + box.width <= right && box.top + box.height <= bottom;
}

export function verdict_of(box: Box, trial: Trial, width: number, height: number): Verdict {
  if (!inside(box, trial.rot, width, height)) return "outside_rot";
  if (box.weak) return "weak";
  if (Math.min(box.width, box.height) < trial.min_size) return "too_small";
  if (Math.max(box.width, box.height) > trial.max_size) return "too_large";
  if (!inside(box, trial.roi, width, height)) return "outside_roi";
  if (box.quality < trial.min_quality) return "low_quality";
  return "good";
}

// What the server says about a face, with the settings in force.
export function verdict_now(box: Box): Verdict {
  if (box.weak) return "weak";
  switch (box.reason) {
    case null:
      return "good";
    case "too_small":
    case "too_large":
    case "outside_roi":
      return box.reason;
    default:
      return "low_quality";
  }
}

// What would become of a person, of whom these were the faces: posted if one is good enough, else what was wrong
// with the largest. null: there was none.
export function verdict_of_track(boxes: Box[], trial: Trial, width: number, height: number): Verdict | null {
  let largest: Box | null = null;
  for (const box of boxes) {
    if (verdict_of(box, trial, width, height) === "good") return "good";
    if (!box.weak && (largest === null || box.width > largest.width)) largest = box;
  }
  return largest === null ? null : verdict_of(largest, trial, width, height);
}

const kMinute = 60_000;
const kMostSightings = 60; // of a person: about ten seconds
const kMostTracks = 200;

// The faces of the last minute, by track: people pass while a zone is being drawn.
export class RecentFaces {
  private readonly tracks = new Map<number, {boxes: Box[]; seen: number}>();

  add(boxes: Box[], now_ms: number) {
    for (const box of boxes) {
      if (box.track === 0) continue;
      const track = this.tracks.get(box.track) ?? {boxes: [], seen: now_ms};
      if (track.boxes.length < kMostSightings) track.boxes.push(box);
      track.seen = now_ms;
      this.tracks.set(box.track, track);
    }
    for (const [id, {seen}] of this.tracks) {
      if (now_ms - seen > kMinute || this.tracks.size > kMostTracks) this.tracks.delete(id);
    }
  }

  verdicts(trial: Trial, width: number, height: number): Verdict[] {
    return [...this.tracks.values()].flatMap(({boxes}) => verdict_of_track(boxes, trial, width, height) ?? []);
  }
}
