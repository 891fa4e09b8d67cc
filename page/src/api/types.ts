// What the API answers, in the words of src/web/openapi.json, which explains every field. Only what the page
// reads is here. test/unit/contract.test.ts compares both.

export type Level = "ok" | "starting" | "warning" | "error";
export type Fate = "posted" | "pending" | "failed" | "not_posted";

export interface Problem {
  level: "warning" | "error";
  code: string;
  kind: string;
  subject: string;
  since: string | null;
  text: string;
  advice: string;
}

export interface Health {
  level: Level;
  code: string;
  kind: string;
  subject: string;
  since: string | null;
  others: number;
  text: string;
  advice: string;
}

export interface Status {
  now: string;
  version: string;
  started: string;
  uptime_seconds: number;
  health: Health;
  problems: Problem[];
  problems_total: number;
  cameras: {total: number; online: number; starting: number; offline: number};
  frames_per_second: number;
  dropped_per_second: number;
  cpu_cores: number;
  workers: number;
  load: {
    detector: string;
    level: number;
    input: string;
    step: number;
    changes: number;
    seconds_reduced: number;
    why: string;
  };
  latency_ms: {p50: number; p95: number; p99: number; max: number};
  totals: {faces_posted: number; faces_pending: number; faces_failed: number; tracks_closed: number};
  viewers: number;
}

export interface Condition {
  condition: string;
  text: string;
  advice: string;
  since: string;
}

export interface Camera {
  name: string;
  state: string;
  online: boolean;
  live: boolean;
  reason: string | null;
  message: string;
  advice: string;
  since: string | null;
  conditions: Condition[];
  fps: number;
  decoded_fps: number;
  width: number;
  height: number;
  last_frame: string | null;
  last_face: string | null;
  rot: string;
  roi: string;
  filter_min_size: number;
  filter_max_size: number;
  filter_min_quality: number;
  decoder: string | null;
  hibernation: string | null;
  main_stream: {state: string; size?: string; message?: string; shots_taken: number; shots_from_detect_url: Record<string, number>} | null;
  clock_skew: number | null;
  key_frame_interval: number | null;
  frames_dropped: number;
  packets_lost: number;
  job_starts: number;
  tracks_closed: number;
  faces_posted: number;
  faces_failed: number;
  faces_not_posted: Record<string, number>;
}

export interface CamerasChange {
  complete: boolean;
  cameras: (Partial<Camera> & {name: string})[];
  removed: string[];
}

export interface Event {
  id: number;
  captured: string;
  camera: string;
  track: number;
  fate: Fate;
  outcome: string;
  text: string;
  face: {width: number; height: number};
  quality: {total: number};
  seconds: number;
  thumbnail: string | null;
}

export interface Events {
  enabled: boolean;
  events: Event[];
  next: string | null;
}

export interface Receiver {
  name: string;
  primary: boolean;
  pending: number;
  oldest_seconds: number | null;
  delivered: number;
  refused: number;
  failed: number;
  breaker: {state: "closed" | "open" | "half_open"; seconds: number; failures: number; next_try: number; why: string};
  waits: {camera: string; seconds: number; why: string}[];
}

export interface Receivers {
  now: string;
  receivers: Receiver[];
  outbox: {pending: number; bytes: number; in_memory: number; shed: number; expired: number; lost: number};
}

export interface Memory {
  gc_interval: number;
  gc_count: number;
  objects_collected: number;
  objects_pending: number;
  leases_refused: number;
  rss_bytes: number;
  rss_peak_bytes: number;
  budget_bytes: number;
  in_use_bytes: number;
  limit_bytes: number;
  growth: {
    anonymous_bytes: {per_hour_over_hour?: {slope: number}};
    limit_reached?: {what: string; in_seconds: number};
  };
  owners: {owner: string; kind: string; bytes: number}[];
  hot_stall_us: {p50: number; p99: number; p999: number; max: number};
}

export interface History {
  span: "hour" | "day";
  step_seconds: number;
  budget_bytes: number;
  limit_bytes: number;
  times: number[];
  series: Record<SeriesName, number[]>;
}

export type SeriesName =
  | "in_use_bytes"
  | "rss_bytes"
  | "objects_pending"
  | "hot_stall_us_max"
  | "overload_level"
  | "frames_per_second"
  | "dropped_per_second"
  | "faces_per_minute"
  | "posted_per_minute"
  | "pending";

export interface Session {
  login_required: boolean;
  logged_in: boolean;
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
  track: number;
  score: number;
  quality: number;
  reason: string | null;
  weak: boolean;
}

export interface PictureHeader {
  camera: number;
  name: string;
  sequence: number;
  captured: string;
  width: number;
  height: number;
  boxes: Box[];
}
