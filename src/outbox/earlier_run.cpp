#include "outbox/earlier_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/log.h"
#include "outbox/capture_time.h"

namespace vigia::outbox {
Status EarlierRun::load() {
  {
    MutexLock lock(state_.mutex);
    if (loaded_) return ok_status();
  }
  WaitingShots waiting(state_.routes.size(), state_.replay);
  ShotsByRoute not_set;
  std::vector<domain::Shot> recovered;
  const Result<std::int64_t> highest = state_.disk.load(
      [&](const RowHead& head) { waiting.add(from_row(head, not_set), std::nullopt); }, recovered);
  if (!recovered.empty()) {
    log::info(
        "outbox {}: Vigia ended without a stop while people were in view: their {} best shots so far are "
        "sent now",
        state_.options.path, recovered.size());
  }
  listeners_.tell_recovered(std::move(recovered));  // before any sender has one
  if (!highest) return highest.error();
  {
    MutexLock lock(state_.mutex);
    if (!state_.waiting.add_backlog(std::move(waiting))) {
      return Error{ErrorCode::io,
                   "outbox " + state_.options.path + ": has numbers that new shots have as well"};
    }
    state_.last_id = std::max(state_.last_id, *highest);
    state_.some_held = true;
    loaded_ = true;
    state_.wake_senders();
  }
  warn_of(not_set);
  return ok_status();
}

WaitingShots::New EarlierRun::from_row(const RowHead& head, ShotsByRoute& not_set) const {
  RouteSet routes = 0;
  for (const std::string& name : head.routes) {
    const auto index = state_.index_of(name);
    routes = static_cast<RouteSet>(routes | (index ? route_bit(*index) : kOtherRoutes));
    if (!index) ++not_set[name];
  }
  const std::optional<Nanoseconds> age = age_now(head.seen);
  const bool may_be_late = head.max_age && !age;
  const SteadyTime deadline =
      may_be_late ? state_.clock.now() : state_.deadline_of(head.max_age, age.value_or(Nanoseconds{0}));
  return {.id = head.id,
          .bytes = head.bytes,
          .deadline = deadline,
          .routes = routes,
          .camera = head.camera,
          .held_until = state_.held_until(head.captured, head.seen, deadline)};
}

std::optional<Nanoseconds> EarlierRun::age_now(const FrameTime& seen) const {
  if (const auto passed = time_since(seen.boot, state_.clock.boot_now())) return passed;
  const UtcTime utc = state_.clock.utc_now();
  if (seen.utc > utc || !is_set(seen.utc)) return std::nullopt;
  return utc - seen.utc;
}

void EarlierRun::warn_of(const ShotsByRoute& not_set) const {
  std::string texts;
  for (const auto& [name, shots] : not_set) {
    texts += fmt::format("{}{} for {}", texts.empty() ? "" : ", ", shots, name);
  }
  if (texts.empty()) return;
  log::warn(
      "outbox {}: deliveries wait for receivers that are no longer configured: {}; they stay until these "
      "are configured again, or outbox.max_age or outbox.max_bytes ends them",
      state_.options.path, texts);
}

}  // namespace vigia::outbox
