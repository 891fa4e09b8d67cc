// Which camera is open: in the address, so that it can be sent to somebody and the browser's 'back' closes it.

import {signal} from "@preact/signals";

function camera_of(hash: string): string | null {
  const found = /^#camera=(.+)$/.exec(hash);
  if (!found?.[1]) return null;
  try {
    return decodeURIComponent(found[1]);
  } catch {
    return null;
  }
}

export const opened = signal<string | null>(camera_of(location.hash));

window.addEventListener("hashchange", () => (opened.value = camera_of(location.hash)));

export function open_camera(name: string) {
  location.hash = `camera=${encodeURIComponent(name)}`;
}

export function close_camera() {
  history.replaceState(null, "", location.pathname + location.search);
  opened.value = null;
}
