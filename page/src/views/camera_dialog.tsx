// One camera: its picture in large, its figures, its shots, and the zones.

import {useEffect, useRef, useState} from "preact/hooks";
import type {Signal} from "@preact/signals";
import type {Camera} from "../api/types";
import {messages} from "../i18n";
import {level_of} from "../logic/cameras";
import {capital, number_text, rate_text, small} from "../logic/format";
import {verdict_now} from "../logic/verdict";
import {want_only} from "../state/pictures";
import {close_camera, opened} from "../state/route";
import {camera, camera_names} from "../state/store";
import {State} from "./cameras";
import {Ago, FactList, Moment, Segments, type Fact} from "./common";
import {Glyph} from "./icons";
import {LivePicture, type Marks} from "./live_picture";
import {ShotList} from "./shots";
import {ZoneEditor, aspect_of} from "./zone_editor";

const kLabelled: Marks = {judge: verdict_now, labels: true};

function Trouble({camera}: {camera: Camera}) {
  const m = messages.value;
  if (level_of(camera) === "ok") return null;
  const troubles =
    camera.conditions.length > 0
      ? camera.conditions.map(({condition, text, advice, since}) => ({code: condition, text, advice, since}))
      : [{code: camera.reason ?? camera.state.toLowerCase(), text: camera.message, advice: camera.advice, since: camera.since}];
  return (
    <ul class={`troubles level-${level_of(camera)}`}>
      {troubles.map(({code, text, advice, since}) => (
        <li key={code}>
          <strong>{m.reason[code] ?? m.reason[code.toUpperCase()] ?? ""}</strong>{" "}
          {since !== null && (
            <>
              {m.since("")}
              <Moment iso={since} />
            </>
          )}
          <p class="detail" lang="en">
            {text}
          </p>
          {capital(m.locale === "en" ? advice : (m.advice[code] ?? advice))}
        </li>
      ))}
    </ul>
  );
}

// With detect_url: does the stream come that best shots are taken from, and how many of them were?
function main_stream_facts({main_stream}: Camera): Fact[] {
  if (main_stream === null) return [];
  const m = messages.value;
  const {state, size, shots_taken, shots_from_detect_url} = main_stream;
  const all = Object.values(shots_from_detect_url).reduce((sum, n) => sum + n, shots_taken);
  return [
    [m.fact_main_stream, state === "INPROGRESS" ? (size?.replace("x", " × ") ?? m.unknown) : m.main_stream_away],
    [m.fact_main_shots, m.of(number_text(shots_taken, m), number_text(all, m))],
  ];
}

function Facts({camera}: {camera: Camera}) {
  const m = messages.value;
  const reasons = Object.entries(camera.faces_not_posted).map(([reason, n]) => `${number_text(n, m)} ${small(m.outcome[reason] ?? reason)}`);
  const facts: Fact[] = [
    [m.fact_picture, camera.width > 0 ? `${camera.width} × ${camera.height}` : m.unknown],
    [m.fact_fps, `${rate_text(camera.fps, m)} / ${rate_text(camera.decoded_fps, m)}`],
    [m.fact_face, <Ago key="face" iso={camera.last_face} otherwise={m.never} />],
    [m.fact_posted, number_text(camera.faces_posted, m)],
    [m.fact_not_posted, reasons.length > 0 ? reasons.join(", ") : "0"],
    [m.fact_lost, `${number_text(camera.packets_lost, m)}, ${number_text(camera.frames_dropped, m)}`],
    [m.fact_opened, m.fact_times(camera.job_starts)],
    [m.fact_decoder, camera.decoder ?? m.unknown],
  ];
  if (camera.hibernation !== null) facts.push([m.fact_hibernation, m.hibernation[camera.hibernation] ?? camera.hibernation]);
  facts.push(...main_stream_facts(camera));
  if (camera.clock_skew !== null) facts.push([m.fact_skew, `${number_text(camera.clock_skew, m, 1)} s`]);
  return <FactList facts={facts} />;
}

function Look({camera}: {camera: Signal<Camera>}) {
  const m = messages.value;
  return (
    <>
      <div class="look">
        <div class="zone-picture" style={{maxWidth: `calc(68vh * ${aspect_of(camera.value)})`}}>
          <LivePicture camera={camera} marks={kLabelled} />
        </div>
        <div class="look-side">
          <Trouble camera={camera.value} />
          <Facts camera={camera.value} />
        </div>
      </div>
      <h3>{m.shots_of}</h3>
      <ShotList filter={{camera: camera.value.name, fate: "", since: ""}} />
    </>
  );
}

function Content({camera}: {camera: Signal<Camera>}) {
  const m = messages.value;
  const [tab, set_tab] = useState<"look" | "zones">("look");
  useEffect(() => {
    want_only(camera.value.name);
    return () => want_only(null);
  }, [camera]);
  return (
    <>
      <div class="dialog-head">
        <h2 id="dialog-title" tabIndex={-1} autofocus>{m.camera(camera.value.name)}</h2>
        <State camera={camera.value} />
        <Segments
          label={m.view}
          value={tab}
          onChoose={set_tab}
          choices={[
            {value: "look", text: m.tab_look},
            {value: "zones", text: m.tab_zones},
          ]}
        />
        <button type="button" class="close" aria-label={m.close} onClick={close_camera}>
          <Glyph name="close" />
        </button>
      </div>
      <div class="dialog-body">{tab === "look" ? <Look camera={camera} /> : <ZoneEditor camera={camera} />}</div>
    </>
  );
}

export function CameraDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const name = opened.value;
  void camera_names.value; // redrawn when the list comes
  const own = name === null ? undefined : camera(name);
  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    if (own && !element.open) element.showModal();
    if (!own && element.open) element.close();
    document.documentElement.classList.toggle("dialog-open", own !== undefined);
  }, [own]);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="dialog-title" onClose={close_camera}>
      {own && <Content key={name} camera={own} />}
    </dialog>
  );
}
