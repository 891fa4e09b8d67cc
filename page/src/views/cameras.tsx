// All cameras, as mosaic or list.

import {signal, type Signal} from "@preact/signals";
import {useRef} from "preact/hooks";
import type {Camera} from "../api/types";
import {messages} from "../i18n";
import {in_order, level_of, matches, since_of, state_text, words_of, type Order} from "../logic/cameras";
import {step_in_grid} from "../logic/grid";
import {ago_text, number_text, rate_text, span_text} from "../logic/format";
import {now} from "../state/clock";
import {keep, kept} from "../state/kept";
import {open_camera} from "../state/route";
import {all_cameras, camera, known} from "../state/store";
import {link} from "../state/link";
import {Ago, Empty, Moment, Section, Segments, Select, UnknownState} from "./common";
import {Glyph, Shape} from "./icons";
import {LivePicture} from "./live_picture";

type View = "mosaic" | "list";

const view = signal<View>(kept("view") === "list" ? "list" : "mosaic");
const kept_order = kept("order");
const order = signal<Order>(kept_order === "name" || kept_order === "face" ? kept_order : "attention");
const search = signal("");
const only_problems = signal(false);

// One observer for all tiles: a tile that cannot be seen costs neither network nor decoding.
const watchers = new Map<Element, (visible: boolean) => void>();
const observer = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) watchers.get(entry.target)?.(entry.isIntersecting);
  },
  {rootMargin: "40px"},
);

function watch_visibility(element: HTMLElement, seen: (visible: boolean) => void) {
  watchers.set(element, seen);
  observer.observe(element);
  return () => {
    watchers.delete(element);
    observer.unobserve(element);
  };
}

export function State({camera}: {camera: Camera}) {
  if (link.value === "gone") return <UnknownState />; // what it was must not look like what it is
  return (
    <span class={`state level-${level_of(camera)}`}>
      <Shape level={level_of(camera)} />
      {state_text(camera, messages.value)}
    </span>
  );
}

function tile_label(camera: Camera): string {
  const m = messages.value;
  const since = since_of(camera);
  if (link.value === "gone") return `${m.camera(camera.name)}, ${m.state_unknown}`;
  const parts = [m.camera(camera.name), state_text(camera, m)];
  if (level_of(camera) !== "ok" && since !== null) parts.push(ago_text(Date.parse(since), now.peek(), m));
  return parts.join(", ");
}

function TileFacts({camera}: {camera: Camera}) {
  const m = messages.value;
  const level = level_of(camera);
  const since = since_of(camera);
  if (level === "ok") {
    return (
      <>
        <span>{m.fps(rate_text(camera.fps, m))}</span>
        <span title={m.last_face}>
          <Glyph name="face" />{" "}
          {camera.last_face === null ? m.no_face_yet : ago_text(Date.parse(camera.last_face), now.value, m)}
        </span>
      </>
    );
  }
  return (
    <>
      {since !== null && (
        <span>
          {m.since("")}
          <Moment iso={since} />
        </span>
      )}
      <span class="words" lang="en" title={words_of(camera)}>
        {words_of(camera)}
      </span>
    </>
  );
}

const focused = signal<string | null>(null);

function Tile({camera, focusable}: {camera: Signal<Camera>; focusable: boolean}) {
  const value = camera.value;
  const level = link.value === "gone" ? "off" : level_of(value);
  return (
    <li class={`tile level-${level}`} data-camera={value.name}>
      <button
        type="button"
        class="tile-button"
        tabIndex={focusable ? 0 : -1}
        aria-label={tile_label(value)}
        onFocus={() => (focused.value = value.name)}
        onClick={() => open_camera(value.name)}
      >
        <LivePicture camera={camera} onSeen={watch_visibility} />
        <span class="tile-words">
          <span class="tile-name" title={value.name}>
            {value.name}
          </span>
          <State camera={value} />
          <span class="tile-facts">
            <TileFacts camera={value} />
          </span>
        </span>
      </button>
    </li>
  );
}

function Mosaic({cameras}: {cameras: Camera[]}) {
  const list = useRef<HTMLUListElement>(null);
  const there = cameras.some(({name}) => name === focused.value);
  const move = (event: KeyboardEvent) => {
    const tiles = [...(list.current?.querySelectorAll<HTMLElement>(".tile-button") ?? [])];
    const at = tiles.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    const top = tiles[0]?.getBoundingClientRect().top ?? 0;
    const columns = tiles.filter((tile) => Math.abs(tile.getBoundingClientRect().top - top) < 2).length;
    const to = step_in_grid(event.key, at, tiles.length, columns);
    if (to < 0) return;
    event.preventDefault();
    tiles[to]?.focus();
  };
  const size = cameras.length <= 4 ? "large" : cameras.length <= 16 ? "medium" : "small";
  return (
    <>
      <p class="unseen" id="mosaic-help">
        {messages.value.mosaic_help}
      </p>
      <ul class={`mosaic ${size}`} ref={list} onKeyDown={move} aria-describedby="mosaic-help">
        {cameras.map((value, i) => {
          const own = camera(value.name);
          return (
            own && (
              <Tile
                key={value.name}
                camera={own}
                focusable={there ? focused.value === value.name : i === 0}
              />
            )
          );
        })}
      </ul>
    </>
  );
}

function Row({camera}: {camera: Signal<Camera>}) {
  const m = messages.value;
  const value = camera.value;
  const since = since_of(value);
  const not_posted = Object.values(value.faces_not_posted).reduce((sum, n) => sum + n, 0);
  return (
    <tr class={`level-${level_of(value)}`} data-camera={value.name}>
      <th scope="row">
        <button type="button" class="plain" title={value.name} onClick={() => open_camera(value.name)}>
          {value.name}
        </button>
      </th>
      <td data-label={m.column_state}>
        <State camera={value} />
        {words_of(value) !== "" && (
          <span class="words" lang="en">
            {words_of(value)}
          </span>
        )}
      </td>
      <td data-label={m.column_since} class="number">
        {since === null ? "" : span_text((now.value - Date.parse(since)) / 1000, m)}
      </td>
      <td data-label={m.column_fps} class="number">
        {rate_text(value.fps, m)}
      </td>
      <td data-label={m.column_face} class="number">
        <Ago iso={value.last_face} otherwise={m.never} />
      </td>
      <td data-label={m.column_posted} class="number">
        {number_text(value.faces_posted, m)}
      </td>
      <td data-label={m.column_not_posted} class="number">
        {number_text(not_posted, m)}
      </td>
    </tr>
  );
}

function List({cameras}: {cameras: Camera[]}) {
  const m = messages.value;
  const columns: [string, Order | null][] = [
    [m.column_camera, "name"],
    [m.column_state, "attention"],
    [m.column_since, null],
    [m.column_fps, null],
    [m.column_face, "face"],
    [m.column_posted, null],
    [m.column_not_posted, null],
  ];
  return (
    <div class="table-frame">
      <table class="rows">
        <thead>
          <tr>
            {columns.map(([text, by], i) => (
              <th key={text} scope="col" class={i >= 2 ? "number" : ""} {...(by === order.value ? {"aria-sort": by === "face" ? "descending" as const : "ascending" as const} : {})}>
                {by === null ? (
                  text
                ) : (
                  <button type="button" class="plain" onClick={() => choose_order(by)}>
                    {text}
                    <span aria-hidden="true">{by === order.value ? (by === "face" ? " ↓" : " ↑") : ""}</span>
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cameras.map((value) => {
            const own = camera(value.name);
            return own && <Row key={value.name} camera={own} />;
          })}
        </tbody>
      </table>
    </div>
  );
}

function choose_order(value: Order) {
  keep("order", value);
  order.value = value;
}

function Tools() {
  const m = messages.value;
  const choose_view = (value: View) => {
    keep("view", value);
    view.value = value;
  };
  return (
    <>
      <Segments
        label={m.view}
        value={view.value}
        onChoose={choose_view}
        choices={[
          {value: "mosaic", text: m.view_mosaic},
          {value: "list", text: m.view_list},
        ]}
      />
      <Select
        label={m.sort_by}
        value={order.value}
        onChoose={choose_order}
        choices={[
          {value: "attention", text: m.sort_attention},
          {value: "name", text: m.sort_name},
          {value: "face", text: m.sort_face},
        ]}
      />
      <label class="field">
        <span class="unseen">{m.search}</span>
        <input
          type="search"
          placeholder={m.search}
          value={search.value}
          onInput={(event) => (search.value = event.currentTarget.value)}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={only_problems.value}
          onChange={(event) => (only_problems.value = event.currentTarget.checked)}
        />
        <span>{m.only_problems}</span>
      </label>
    </>
  );
}

export function Cameras() {
  const m = messages.value;
  const all = all_cameras();
  const shown = in_order(
    all.filter((value) => matches(value, search.value, only_problems.value)),
    order.value,
  );
  return (
    <Section id="cameras" title={m.cameras} tools={all.length > 1 && <Tools />}>
      {all.length === 0 && <Empty>{known.value ? m.cameras_none : m.loading}</Empty>}
      {all.length > 0 && shown.length === 0 && <Empty>{m.cameras_no_match}</Empty>}
      {shown.length > 0 && (view.value === "list" ? <List cameras={shown} /> : <Mosaic cameras={shown} />)}
    </Section>
  );
}
