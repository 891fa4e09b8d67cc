// Draws rot and roi on a camera's picture, by mouse, touch, keys or figures, and gives the lines for the settings.
// Each face in the picture says at once what would become of it.

import {useEffect, useRef, useState} from "preact/hooks";
import type {Signal} from "@preact/signals";
import type {Camera, PictureHeader} from "../api/types";
import {messages} from "../i18n";
import {number_text} from "../logic/format";
import {RecentFaces, verdict_of, type Trial, type Verdict} from "../logic/verdict";
import * as zones from "../logic/zone";
import type {Edge, Grip, Zone} from "../logic/zone";
import {Segments} from "./common";
import {Glyph} from "./icons";
import {LivePicture} from "./live_picture";

type Which = "roi" | "rot";
type Change = (zone: Zone | null) => void;

const kWhole: Zone = {left: 0, top: 0, width: 100, height: 100};
const kEdges: Edge[] = ["left", "top", "right", "bottom"];

function key_step(event: KeyboardEvent): [number, number] | null {
  const by = event.shiftKey ? 0.1 : 1;
  const steps: Record<string, [number, number]> = {
    ArrowLeft: [-by, 0],
    ArrowRight: [by, 0],
    ArrowUp: [0, -by],
    ArrowDown: [0, by],
  };
  return steps[event.key] ?? null;
}

function Handles({zone, which, change}: {zone: Zone; which: Which; change: Change}) {
  const m = messages.value;
  const place = (edge: Edge) => ({
    left: `${edge === "left" || edge === "right" ? zones.edge_at(zone, edge) : zone.left + zone.width / 2}%`,
    top: `${edge === "top" || edge === "bottom" ? zones.edge_at(zone, edge) : zone.top + zone.height / 2}%`,
  });
  const on_edge = (edge: Edge) => (event: KeyboardEvent) => {
    const step = key_step(event);
    if (step === null) return;
    event.preventDefault();
    change(zones.with_edge(zone, edge, zones.edge_at(zone, edge) + step[0] + step[1]));
  };
  const on_move = (event: KeyboardEvent) => {
    const step = key_step(event);
    if (step === null) return;
    event.preventDefault();
    change(zones.moved(zone, step[0], step[1]));
  };
  return (
    <>
      <button
        type="button"
        class="handle handle-move"
        aria-label={m.zone_move(which)}
        style={{left: `${zone.left + zone.width / 2}%`, top: `${zone.top + zone.height / 2}%`}}
        onKeyDown={on_move}
      />
      {kEdges.map((edge) => (
        <div
          key={edge}
          class={`handle handle-${edge}`}
          role="slider"
          tabIndex={0}
          aria-label={m.zone_edge(which, m.edge[edge])}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={zones.edge_at(zone, edge)}
          aria-valuetext={`${number_text(zones.edge_at(zone, edge), m, 1)} %`}
          style={place(edge)}
          onKeyDown={on_edge(edge)}
        />
      ))}
    </>
  );
}

function outline(zone: Zone): string {
  return `M${zone.left} ${zone.top}h${zone.width}v${zone.height}h${-zone.width}z`;
}

interface OverlayProps {
  camera: Camera;
  which: Which;
  rot: Zone | null;
  roi: Zone | null;
  min_size: number;
  change: Change;
}

function resized(zone: Zone, grip: Exclude<Grip, string>, x: number, y: number): Zone {
  let to = zone;
  if (grip.x !== null) to = zones.with_edge(to, grip.x, x);
  if (grip.y !== null) to = zones.with_edge(to, grip.y, y);
  return to;
}

function useDrag(zone: Zone | null, change: Change) {
  const drag = useRef<{grip: Grip; x: number; y: number; from: Zone | null} | null>(null);
  const place = (event: PointerEvent) => {
    const frame = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return {
      x: ((event.clientX - frame.left) * 100) / frame.width,
      y: ((event.clientY - frame.top) * 100) / frame.height,
      frame,
    };
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const {x, y, frame} = place(event);
    const reach = event.pointerType === "touch" ? 22 : 9; // pixels
    const grip = zones.grip_at(zone, x, y, (reach * 100) / frame.width, (reach * 100) / frame.height);
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    drag.current = {grip, x, y, from: zone};
  };
  const move = (event: PointerEvent) => {
    const held = drag.current;
    if (held === null) return;
    const {x, y} = place(event);
    if (held.grip === "new") {
      if (Math.abs(x - held.x) >= zones.kLeast || Math.abs(y - held.y) >= zones.kLeast) {
        change(zones.spanned(held.x, held.y, x, y));
      }
    } else if (held.from !== null) {
      change(
        held.grip === "move" ? zones.moved(held.from, x - held.x, y - held.y) : resized(held.from, held.grip, x, y),
      );
    }
  };
  const up = () => (drag.current = null);
  return {onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: up};
}

function Overlay({camera, which, rot, roi, min_size, change}: OverlayProps) {
  const zone = which === "rot" ? rot : roi;
  const drag = useDrag(zone, change);
  const shade = zone !== null && !zones.is_whole(zone);
  const size_x = camera.width > 0 ? (min_size * 100) / camera.width : 0;
  const size_y = camera.height > 0 ? (min_size * 100) / camera.height : 0;
  return (
    <div class="overlay" data-which={which} {...drag}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        {shade && <path class="shade" fill-rule="evenodd" d={`${outline(kWhole)}${outline(zone)}`} />}
        {rot !== null && <path class={`zone-line line-rot ${which === "rot" ? "drawn" : ""}`} d={outline(rot)} />}
        {roi !== null && <path class={`zone-line line-roi ${which === "roi" ? "drawn" : ""}`} d={outline(roi)} />}
        {size_x > 0 && size_x < 100 && <rect class="least" x="1.2" y={98 - size_y} width={size_x} height={size_y} />}
      </svg>
      {zone !== null && <Handles zone={zone} which={which} change={change} />}
    </div>
  );
}

interface FieldProps {
  label: string;
  value: number;
  least: number;
  most: number;
  step: number;
  help?: string;
  onValue: (value: number) => void;
}

// What is being typed stays as it is typed; the zone follows each number.
function NumberField({label, value, least, most, step, help, onValue}: FieldProps) {
  const [typed, set_typed] = useState<string | null>(null);
  return (
    <label class="field column number-field">
      <span>{label}</span>
      <input
        type="number"
        inputMode="decimal"
        min={least}
        max={most}
        step={step}
        value={typed ?? String(value)}
        {...(help ? {"aria-describedby": help} : {})}
        onInput={(event) => {
          const text = event.currentTarget.value;
          set_typed(text);
          const number = Number(text);
          if (text !== "" && Number.isFinite(number)) onValue(number);
        }}
        onBlur={() => set_typed(null)}
      />
    </label>
  );
}

function Copy({text}: {text: string}) {
  const m = messages.value;
  const lines = useRef<HTMLTextAreaElement>(null);
  const [done, set_done] = useState("");
  useEffect(() => set_done(""), [text]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      set_done(m.copied);
    } catch {
      lines.current?.select(); // without TLS, browsers give no clipboard
      set_done(document.execCommand("copy") ? m.copied : m.copy_by_hand);
    }
  };
  return (
    <div class="copy">
      <label class="field column">
        <span>{m.zone_line}</span>
        <textarea ref={lines} class="code" readOnly rows={text.split("\n").length} value={text} spellcheck={false} id="zone-lines" />
      </label>
      <div class="copy-row">
        <button type="button" class="primary" onClick={() => void copy()}>
          <Glyph name="copy" /> {m.copy}
        </button>
        <span role="status">{done}</span>
      </div>
      <p class="remark">{m.zone_line_help}</p>
    </div>
  );
}

function Verdicts({title, none, verdicts}: {title: string; none: string; verdicts: Verdict[]}) {
  const m = messages.value;
  const counts = new Map<Verdict, number>();
  for (const verdict of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return (
    <div class="faces-now">
      <h3>{title}</h3>
      {counts.size === 0 ? (
        <p>{none}</p>
      ) : (
        <ul>
          {[...counts].map(([verdict, n]) => (
            <li key={verdict} class={`verdict-${verdict === "good" ? "good" : verdict === "weak" ? "weak" : "rejected"}`}>
              {verdict === "good" ? m.verdict_good(n) : `${n} ${m.verdict[verdict] ?? verdict}`}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function aspect_of(camera: Camera): number {
  return camera.width > 0 && camera.height > 0 ? camera.width / camera.height : 16 / 9;
}

export function ZoneEditor({camera}: {camera: Signal<Camera>}) {
  const m = messages.value;
  const value = camera.value;
  const set_now = {
    rot: zones.parse_zone(value.rot, value.width, value.height),
    roi: zones.parse_zone(value.roi, value.width, value.height),
  };
  const [which, set_which] = useState<Which>("roi");
  const [drawn, set_drawn] = useState<Record<Which, Zone | null>>(set_now);
  const [min_size, set_min_size] = useState(value.filter_min_size);
  const [header, set_header] = useState<PictureHeader | null>(null);
  const recent = useRef(new RecentFaces()).current;
  const zone = drawn[which];
  const change: Change = (to) => set_drawn((before) => ({...before, [which]: to}));
  const trial: Trial = {
    ...drawn,
    min_size,
    max_size: value.filter_max_size,
    min_quality: value.filter_min_quality,
  };
  const {width, height} = header ?? {width: 0, height: 0};
  const now = (header?.boxes ?? []).map((box) => verdict_of(box, trial, width, height));
  const minute = recent.verdicts(trial, width, height);
  const reset = () => {
    set_drawn(set_now);
    set_min_size(value.filter_min_size);
  };
  const fields: [keyof Zone, string][] = [
    ["left", m.zone_left],
    ["top", m.zone_top],
    ["width", m.zone_width],
    ["height", m.zone_height],
  ];
  return (
    <div class="zones">
      <div class="zone-picture" style={{maxWidth: `calc(68vh * ${aspect_of(value)})`}}>
        <LivePicture
          camera={camera}
          marks={{judge: (box, {width, height}) => verdict_of(box, trial, width, height), labels: true}}
          onPicture={(picture) => {
            recent.add(picture.boxes, Date.now());
            set_header(picture);
          }}
        />
        <Overlay camera={value} which={which} {...drawn} min_size={min_size} change={change} />
      </div>
      <div class="zone-side">
        <Segments
          label={m.zone_which}
          value={which}
          onChoose={set_which}
          choices={[
            {value: "roi", text: m.zone_roi},
            {value: "rot", text: m.zone_rot},
          ]}
        />
        <p class="remark">
          {which === "roi" ? m.zone_roi_help : m.zone_rot_help} {m.zone_draw_help}
        </p>
        <fieldset class="zone-fields">
          <legend class="unseen">
            {which}, {m.zone_percent}
          </legend>
          {fields.map(([field, label]) => (
            <NumberField
              key={`${which} ${field}`}
              label={`${label} %`}
              value={(zone ?? kWhole)[field]}
              least={0}
              most={100}
              step={0.1}
              onValue={(number) => change(zones.with_field(zone, field, number))}
            />
          ))}
        </fieldset>
        <NumberField
          label={`${m.zone_min}, ${m.zone_min_unit}`}
          value={min_size}
          least={0}
          most={8192}
          step={1}
          help="least-help"
          onValue={(number) => set_min_size(Math.round(Math.min(Math.max(number, 0), 8192)))}
        />
        <p class="remark" id="least-help">
          {m.zone_min_help}
        </p>
        <div class="button-row">
          <button type="button" disabled={zone === null} onClick={() => change(null)}>
            {m.zone_whole}
          </button>
          <button type="button" onClick={reset}>
            {m.zone_reset}
          </button>
        </div>
      </div>
      <div class="zone-result">
        <div>
          <Verdicts title={m.faces_now} none={m.faces_none} verdicts={now} />
          <Verdicts title={m.faces_minute} none={m.faces_none_minute} verdicts={minute} />
        </div>
        <Copy text={zones.setting_lines(drawn.rot, drawn.roi, min_size, value.filter_min_size)} />
      </div>
    </div>
  );
}
