// Loads what an earlier run left in the outbox's file: its shots become the backlog, and those in its journal
// are now owed to all routes.
// Threads: one thread at a time; meanwhile other threads may use the state, and add shots.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "outbox/listeners.h"
#include "outbox/outbox_state.h"
#include "outbox/rows.h"
#include "outbox/waiting_shots.h"

namespace vigia::outbox {

class EarlierRun {
 public:
  // Both must outlive it.
  EarlierRun(OutboxState& state, Listeners& listeners) : state_(state), listeners_(listeners) {}

  // Does nothing once it has succeeded; until then none of those shots is sent. Errors: as Disk::load(); io:
  // its numbers clash with those of new shots.
  Status load() EXCLUDES(state_.mutex);

 private:
  using ShotsByRoute = std::map<std::string, std::size_t>;

  // not_set: counts the shots of routes that are no longer configured.
  WaitingShots::New from_row(const RowHead& head, ShotsByRoute& not_set) const;
  // Nothing: neither the time since the machine's start nor the time of day can give the age.
  [[nodiscard]] std::optional<Nanoseconds> age_now(const FrameTime& seen) const;
  void warn_of(const ShotsByRoute& not_set) const;

  OutboxState& state_;
  Listeners& listeners_;
  bool loaded_ GUARDED_BY(state_.mutex) = false;
};

}  // namespace vigia::outbox
