// A camera's moving picture with the boxes of its faces, on a canvas. A picture that is no longer what the camera
// sees is grey and says how old it is.

import {useEffect, useRef, useState} from "preact/hooks";
import type {Signal} from "@preact/signals";
import type {Box, Camera, PictureHeader} from "../api/types";
import {messages} from "../i18n";
import {is_stale} from "../logic/cameras";
import {ago_text} from "../logic/format";
import {verdict_now, type Verdict} from "../logic/verdict";
import {now, server_now} from "../state/clock";
import {link} from "../state/link";
import {paint_with, pictures_failed, want} from "../state/pictures";
import {Glyph} from "./icons";

const kColours: Record<string, string> = {good: "#5ff0a0", weak: "#d5dde6"};
const kRejected = "#ffc857";

// Solid: good enough; dashed: rejected; dotted: not sure.
function dash_of(verdict: Verdict, unit: number): number[] {
  if (verdict === "good") return [];
  return verdict === "weak" ? [unit, 2.5 * unit] : [4 * unit, 3 * unit];
}

export interface Marks {
  judge: (box: Box, header: PictureHeader) => Verdict;
  labels: boolean;
}

function draw_label(pen: CanvasRenderingContext2D, text: string, x: number, y: number, unit: number) {
  pen.font = `600 ${11 * unit}px system-ui, sans-serif`;
  const width = pen.measureText(text).width + 8 * unit;
  const left = Math.max(0, Math.min(x, pen.canvas.width - width));
  const top = y - 17 * unit < 0 ? y : y - 17 * unit;
  pen.fillStyle = "rgba(8, 14, 20, 0.82)";
  pen.fillRect(left, top, width, 16 * unit);
  pen.fillStyle = "#fff";
  pen.fillText(text, left + 4 * unit, top + 12 * unit);
}

export function draw_faces(canvas: HTMLCanvasElement, header: PictureHeader, marks: Marks) {
  const pen = canvas.getContext("2d");
  if (!pen || header.width === 0) return;
  const scale = canvas.width / header.width;
  const unit = canvas.width / Math.max(1, canvas.clientWidth); // pixels of the canvas for one of the page
  for (const box of header.boxes) {
    const verdict = marks.judge(box, header);
    const [x, y, w, h] = [box.left * scale, box.top * scale, box.width * scale, box.height * scale];
    pen.setLineDash([]);
    pen.lineWidth = 4 * unit;
    pen.strokeStyle = "rgba(8, 14, 20, 0.55)";
    pen.strokeRect(x, y, w, h);
    pen.setLineDash(dash_of(verdict, unit));
    pen.lineWidth = 2 * unit;
    pen.strokeStyle = kColours[verdict] ?? kRejected;
    pen.strokeRect(x, y, w, h);
    if (!marks.labels || verdict === "weak") continue;
    const size = `${Math.round(Math.min(box.width, box.height))} px`;
    draw_label(pen, verdict === "good" ? size : `${messages.value.verdict[verdict] ?? verdict} · ${size}`, x, y, unit);
  }
}

const kPlain: Marks = {judge: verdict_now, labels: false};

interface Props {
  camera: Signal<Camera>;
  marks?: Marks;
  onPicture?: (header: PictureHeader) => void;
  onSeen?: (element: HTMLElement, seen: (visible: boolean) => void) => () => void;
}

function useSeen(frame: {current: HTMLElement | null}, watch: Props["onSeen"]): boolean {
  const [visible, set_visible] = useState(watch === undefined);
  useEffect(() => {
    if (watch && frame.current) return watch(frame.current, set_visible);
    return undefined;
  }, [watch]);
  return visible;
}

export function LivePicture({camera, marks = kPlain, onPicture, onSeen}: Props) {
  const frame = useRef<HTMLSpanElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [captured, set_captured] = useState(0); // to the second: more would redraw the tile with every picture
  const latest = useRef({marks, onPicture});
  latest.current = {marks, onPicture};
  const {name} = camera.value;
  const visible = useSeen(frame, onSeen);

  useEffect(() => (visible ? want(name) : undefined), [visible, name]);
  useEffect(
    () =>
      paint_with(name, {
        width: () => Math.ceil((frame.current?.clientWidth ?? 0) * Math.min(window.devicePixelRatio, 2)),
        paint: (picture, header) => {
          const to = canvas.current;
          if (!to) return;
          if (to.width !== picture.width || to.height !== picture.height) {
            to.width = picture.width;
            to.height = picture.height;
            // Nearly the tile's shape: no hairline of its ground beside it.
            to.classList.toggle("fills", Math.abs((picture.width * 9) / (picture.height * 16) - 1) < 0.02);
          }
          to.getContext("2d")?.drawImage(picture, 0, 0);
          draw_faces(to, header, latest.current.marks);
          to.dataset["sequence"] = String(header.sequence);
          latest.current.onPicture?.(header);
          set_captured(Math.floor(Date.parse(header.captured) / 1000) * 1000);
        },
      }),
    [name],
  );

  const m = messages.value;
  void now.value; // redrawn every second
  const age = captured === 0 ? 0 : (server_now() - captured) / 1000;
  const stale = captured !== 0 && (link.value !== "live" || is_stale(age, camera.value));
  const empty = captured === 0;
  return (
    <span class={`picture ${stale ? "stale" : ""} ${empty ? "no-picture" : ""}`} ref={frame}>
      <canvas ref={canvas} width={16} height={9} aria-hidden="true" />
      {empty && (
        <span class="picture-empty">
          {!camera.value.online && <Glyph name="no_camera" />}
          {camera.value.online ? (pictures_failed.value ? m.pictures_failed : m.waiting_picture) : m.no_picture}
          {!camera.value.online && camera.value.last_frame !== null && (
            <small>{m.last_picture(ago_text(Date.parse(camera.value.last_frame), now.value, m))}</small>
          )}
        </span>
      )}
      {stale && <span class="stamp">{m.last_picture(ago_text(captured, server_now(), m))}</span>}
    </span>
  );
}
