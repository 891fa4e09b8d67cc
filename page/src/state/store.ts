// What the page knows about the agent. Each camera is a signal of its own, so that a change of one redraws
// one tile.

import {batch, signal, type Signal} from "@preact/signals";
import type {Camera, CamerasChange, Event, Receivers, Status} from "../api/types";
import {set_server_time} from "./clock";

export const status = signal<Status | null>(null);
export const receivers = signal<Receivers | null>(null);
export const camera_names = signal<string[]>([]);
export const known = signal(false); // the list of cameras has come

const cameras = new Map<string, Signal<Camera>>();
type Listener = (event: Event) => void;
const listeners = new Set<Listener>();

export function camera(name: string): Signal<Camera> | undefined {
  return cameras.get(name);
}

// Reads all of them: who calls it in a component is redrawn when any changes.
export function all_cameras(): Camera[] {
  return camera_names.value.flatMap((name) => cameras.get(name)?.value ?? []);
}

function change_cameras(change: CamerasChange) {
  const gone = new Set(change.removed);
  if (change.complete) {
    const there = new Set(change.cameras.map(({name}) => name));
    for (const name of cameras.keys()) if (!there.has(name)) gone.add(name);
  }
  for (const name of gone) cameras.delete(name);
  for (const part of change.cameras) {
    const found = cameras.get(part.name);
    if (found) found.value = {...found.value, ...part};
    else if (part.state !== undefined) cameras.set(part.name, signal(part as Camera));
  }
  const names = [...cameras.keys()];
  if (names.length !== camera_names.value.length || names.some((name, i) => name !== camera_names.value[i])) {
    camera_names.value = names;
  }
  known.value = true;
}

export function take(name: string, data: string) {
  batch(() => {
    switch (name) {
      case "status": {
        const value = JSON.parse(data) as Status;
        set_server_time(value.now);
        status.value = value;
        break;
      }
      case "cameras":
        change_cameras(JSON.parse(data) as CamerasChange);
        break;
      case "receivers":
        receivers.value = JSON.parse(data) as Receivers;
        break;
      case "event": {
        const event = JSON.parse(data) as Event;
        for (const listener of listeners) listener(event);
        break;
      }
      default: // of a newer version
    }
  });
}

// Calls back for each end of a track, until the returned function is called.
export function on_event(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
