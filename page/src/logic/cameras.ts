// What a camera's state means for the operator, and in which order cameras are shown. Pure functions.

import type {Camera, Condition, Level} from "../api/types";
import type {Messages} from "../i18n/en";

export type CameraLevel = Level | "off";

// While these hold, a camera that sends video sees nobody.
const kBlind = ["frozen", "dark"];

function worst_of(camera: Camera): Condition | undefined {
  return camera.conditions.find(({condition}) => kBlind.includes(condition)) ?? camera.conditions[0];
}

export function level_of(camera: Camera): CameraLevel {
  switch (camera.state) {
    case "DISABLED":
    case "COMPLETED":
    case "REMOVED":
      return "off";
    case "MISCONFIGURED":
    case "DETECTOR_FAILS":
    case "INTERRUPTED":
      return "error";
    case "STARTING":
    case "NOT_STARTED":
      return camera.reason === null ? "starting" : "error";
    default:
      if (!camera.online) return "error";
      if (camera.conditions.length === 0) return "ok";
      return kBlind.includes(worst_of(camera)?.condition ?? "") ? "error" : "warning";
  }
}

export function state_text(camera: Camera, m: Messages): string {
  switch (level_of(camera)) {
    case "ok":
      return m.state_ok;
    case "starting":
      return m.state_starting;
    case "off":
      return camera.state === "DISABLED" ? m.state_off : camera.state === "COMPLETED" ? m.state_completed : m.state_removed;
    case "warning":
    case "error": {
      if (camera.online) {
        const condition = worst_of(camera)?.condition ?? "";
        return m.reason[condition] ?? condition;
      }
      if (camera.state === "MISCONFIGURED" || camera.state === "DETECTOR_FAILS") return m.reason[camera.state] ?? camera.state;
      if (camera.reason === null) return m.reason["INTERRUPTED"] ?? camera.state;
      return m.reason[camera.reason] ?? camera.reason;
    }
  }
}

// Since when that holds.
export function since_of(camera: Camera): string | null {
  return camera.online ? (worst_of(camera)?.since ?? camera.since) : camera.since;
}

// The server's words about it, with figures; empty: nothing to say.
export function words_of(camera: Camera): string {
  if (camera.message !== "") return camera.message;
  return camera.conditions.map((condition) => condition.text).join("; ");
}

export type Order = "attention" | "name" | "face";

const kUrgency: Record<CameraLevel, number> = {error: 0, warning: 1, starting: 2, ok: 3, off: 4};
const collator = new Intl.Collator(undefined, {numeric: true, sensitivity: "base"});

export function by_name(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

export function in_order(cameras: Camera[], order: Order): Camera[] {
  const time = (camera: Camera) => (camera.last_face === null ? 0 : Date.parse(camera.last_face));
  return [...cameras].sort((a, b) => {
    if (order === "attention") {
      const urgency = kUrgency[level_of(a)] - kUrgency[level_of(b)];
      if (urgency !== 0) return urgency;
    } else if (order === "face") {
      const face = time(b) - time(a);
      if (face !== 0) return face;
    }
    return by_name(a.name, b.name);
  });
}

export function matches(camera: Camera, search: string, only_problems: boolean): boolean {
  if (only_problems && !["error", "warning"].includes(level_of(camera))) return false;
  return camera.name.toLocaleLowerCase().includes(search.trim().toLocaleLowerCase());
}

// Is this picture no longer what the camera sees? Cameras of single pictures are slow by nature.
export function is_stale(age_seconds: number, camera: Camera): boolean {
  const usual = camera.decoded_fps > 0 ? 1 / camera.decoded_fps : 0;
  return !camera.online || age_seconds > Math.max(10, 3 * usual);
}
