// The time at the server: everything that is so many minutes ago is counted by the clock that the times came
// from, not by that of the viewer's machine. It ticks once a second while the page can be seen.

import {signal} from "@preact/signals";

let ahead = 0; // ms of the server's clock

export function server_now(): number {
  return Date.now() + ahead;
}

export const now = signal(Date.now());

export function set_server_time(iso: string) {
  const server = Date.parse(iso);
  if (Number.isNaN(server)) return;
  ahead = server - Date.now();
  now.value = server_now();
}

setInterval(() => {
  if (!document.hidden) now.value = server_now();
}, 1000);
