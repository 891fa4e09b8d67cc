#include "outbox/outbox_state.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "outbox/capture_time.h"

namespace vigia::outbox {
namespace {

Nanoseconds age_of(const domain::Shot& shot, SteadyTime now) {
  return shot.read_at ? std::max<Nanoseconds>(now - *shot.read_at, Nanoseconds::zero()) : Nanoseconds::zero();
}

}  // namespace

OutboxState::OutboxState(const OutboxOptions& outbox_options, std::vector<std::string> route_names,
                         memory::MemoryManager& memory, Clock& outbox_clock, Replay replay_order)
    : options(outbox_options),
      routes(std::move(route_names)),
      replay(replay_order),
      clock(outbox_clock),
      begun(clock.now()),
      account(memory.budget().open("vigia", memory::Kind::outbox)),
      disk(options, routes, account, clock),
      waiting(routes.size(), replay),
      unsaved(account, memory.budget().limit() / 4),
      losses(routes, clock, waiting, unsaved),
      wake(routes.size()) {}

std::optional<std::size_t> OutboxState::index_of(const std::string& route) const {
  const auto found = std::find(routes.begin(), routes.end(), route);
  if (found == routes.end()) return std::nullopt;
  return static_cast<std::size_t>(found - routes.begin());
}

SteadyTime OutboxState::deadline_of(std::optional<Nanoseconds> max_age, Nanoseconds age) const {
  // Longer than any wait, and far below what a time point can hold.
  constexpr Nanoseconds kEver = std::chrono::hours(24 * 365 * 20);
  Nanoseconds limit = max_age.value_or(kEver);
  if (options.max_age > 0) limit = std::min(limit, from_seconds(options.max_age));
  return limit >= kEver ? SteadyTime::max() : clock.now() + limit - std::min(age, kEver);
}

SteadyTime OutboxState::held_until(UtcTime captured, const FrameTime& seen, SteadyTime deadline) const {
  const Nanoseconds wait = wait_for_clock(captured, seen, clock);
  const SteadyTime until = clock.now() + wait;
  return wait > Nanoseconds::zero() && until < deadline ? until : SteadyTime::min();
}

StoredShot OutboxState::number(const domain::Shot& shot) {
  StoredShot one;
  one.id = ++last_id;
  one.shot = shot;
  const Nanoseconds age = age_of(shot, clock.now());
  const UtcTime utc = clock.utc_now() - std::chrono::duration_cast<UtcTime::duration>(age);
  // The clock may have been set while the track was open.
  one.seen = {.utc = shot.read_utc.value_or(utc), .boot = clock.boot_now()};
  one.seen.boot.since = std::max<Nanoseconds>(one.seen.boot.since - age, Nanoseconds::zero());
  return one;
}

void OutboxState::register_shot(const StoredShot& stored) {
  const domain::Shot& shot = stored.shot;
  const domain::CameraKey camera = camera_of(shot);
  const SteadyTime now = clock.now();
  const SteadyTime deadline = deadline_of(shot.max_age, age_of(shot, now));
  const SteadyTime held = held_until(shot.captured, stored.seen, deadline);
  some_held = some_held || held != SteadyTime::min();
  waiting.add({.id = stored.id,
               .bytes = static_cast<Bytes>(shot.jpeg->bytes.size()),
               .deadline = deadline,
               .routes = static_cast<RouteSet>(route_bit(routes.size()) - 1),
               .camera = camera,
               .held_until = held},
              now);
}

void OutboxState::watch_clock() {
  if (!some_held || !is_set(clock.utc_now())) return;
  some_held = false;
  waiting.release_held(clock.now());
  wake_senders();
}

void OutboxState::begin_outage(const Error& error, bool tried, unsigned generation) {
  if (tried) {
    unsaved.begin_outage(error, generation, clock.now());
  } else {
    unsaved.continue_outage(error, clock.now());  // it may have ended meanwhile
  }
}

// A request runs no code of ours under the lock: it only wakes the sleeping threads.
void OutboxState::wake_senders(std::size_t route) {
  wake.at(route).request_stop();
  wake.at(route) = std::stop_source();
}

void OutboxState::wake_senders() {
  for (std::size_t i = 0; i < routes.size(); ++i) wake_senders(i);
}

}  // namespace vigia::outbox
