// Who gets the faces, and whether they take them.

import type {Receiver} from "../api/types";
import {messages} from "../i18n";
import {bytes_text, capital, number_text, span_text} from "../logic/format";
import {receiver_name} from "../logic/sentence";
import type {CameraLevel} from "../logic/cameras";
import {receivers} from "../state/store";
import {link} from "../state/link";
import {Empty, FactList, Section, UnknownState} from "./common";
import {Shape} from "./icons";

function state_of(receiver: Receiver): CameraLevel {
  if (receiver.breaker.state === "open") return "error";
  if (receiver.breaker.state === "half_open" || receiver.waits.length > 0) return "warning";
  return "ok";
}

function words_of(receiver: Receiver): string {
  const m = messages.value;
  switch (receiver.breaker.state) {
    case "open":
      return m.receiver_down;
    case "half_open":
      return m.receiver_trying;
    default:
      return receiver.waits.length > 0 ? m.receiver_waits : m.receiver_takes;
  }
}

function Trouble({receiver}: {receiver: Receiver}) {
  const m = messages.value;
  const {breaker, waits} = receiver;
  return (
    <>
      {breaker.state !== "closed" && (
        <p class="advice">
          {m.receiver_for(span_text(breaker.seconds, m))} · {m.receiver_failures(breaker.failures)}
          {breaker.state === "open" && ` · ${m.receiver_next(span_text(Math.ceil(breaker.next_try), m))}`}
        </p>
      )}
      {breaker.state !== "closed" && breaker.why !== "" && (
        <p class="words" lang="en">
          {breaker.why}
        </p>
      )}
      {waits.length > 0 && (
        <ul class="waits">
          {waits.map(({camera, seconds, why}) => (
            <li key={camera}>
              {m.receiver_camera_waits(camera, span_text(seconds, m))}
              <span class="words" lang="en">
                {why}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function ReceiverCard({receiver}: {receiver: Receiver}) {
  const m = messages.value;
  const gone = link.value === "gone";
  const level = gone ? "off" : state_of(receiver);
  const count = (n: number) => number_text(n, m);
  const bad = (n: number) => (n > 0 ? <span class="loud">{count(n)}</span> : count(n));
  return (
    <li class={`card receiver level-${level}`} data-receiver={receiver.name}>
      <h3>
        {capital(receiver_name(receiver.name, m))}
        {receiver.primary && <span class="tag">{m.receiver_main}</span>}
      </h3>
      {gone ? (
        <UnknownState />
      ) : (
        <>
          <span class={`state level-${level}`}>
            <Shape level={level} />
            {words_of(receiver)}
          </span>
          <Trouble receiver={receiver} />
        </>
      )}
      <FactList
        look="facts inline"
        facts={[
          [m.receiver_pending, bad(receiver.pending)],
          [m.receiver_oldest, receiver.oldest_seconds === null ? "–" : span_text(receiver.oldest_seconds, m)],
          [m.receiver_delivered, count(receiver.delivered)],
          [m.receiver_refused, bad(receiver.refused)],
          [m.receiver_failed, bad(receiver.failed)],
        ]}
      />
    </li>
  );
}

export function ReceiversView() {
  const m = messages.value;
  const value = receivers.value;
  const outbox = value?.outbox;
  const lost = outbox ? outbox.lost + outbox.shed + outbox.expired : 0;
  return (
    <Section id="receivers" title={m.receivers}>
      {value === null && <Empty>{m.loading}</Empty>}
      {value !== null && value.receivers.length === 0 && <Empty>{m.receivers_none}</Empty>}
      {value !== null && value.receivers.length > 0 && (
        <ul class="cards">
          {value.receivers.map((receiver) => (
            <ReceiverCard key={receiver.name} receiver={receiver} />
          ))}
        </ul>
      )}
      {outbox && (outbox.pending > 0 || lost > 0) && (
        <p class="remark">
          {outbox.pending > 0 && m.outbox(number_text(outbox.pending, m), bytes_text(outbox.bytes, m))}{" "}
          {lost > 0 && <strong>{m.outbox_lost(number_text(lost, m))}</strong>}
        </p>
      )}
    </Section>
  );
}
