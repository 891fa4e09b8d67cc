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
