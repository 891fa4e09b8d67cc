// Which waiting shot is sent next: the oldest capture among those that are due. A shot that failed waits
// for its own time and holds up no other. Only keys, no images: about 100 bytes a shot.
// Threads: one thread at a time. Cost: O(log n) a call.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "base/bytes.h"
#include "base/clock.h"

namespace vigia::outbox {

struct WaitingShot {
  std::int64_t captured_us = 0;
  std::int64_t id = 0;
  Bytes bytes = 0;
  auto operator<=>(const WaitingShot&) const = default;
};

class DueQueue {
 public:
  // Due at once.
  void add(WaitingShot shot);
  // The oldest that is due; it is the caller's until postpone() or remove().
  std::optional<WaitingShot> claim(SteadyTime now);
  // REQUIRES of both: claimed.
  void postpone(std::int64_t id, SteadyTime until);
  void remove(std::int64_t id);

  // When the next of those that wait for their time is due.
  [[nodiscard]] std::optional<SteadyTime> next_due() const;

  // All: due, waiting for their time, claimed.
  [[nodiscard]] std::size_t size() const { return due_.size() + later_.size() + claimed_.size(); }
  [[nodiscard]] Bytes bytes() const { return bytes_; }

 private:
  std::set<WaitingShot> due_;
  std::multimap<SteadyTime, WaitingShot> later_;
  std::map<std::int64_t, WaitingShot> claimed_;
  Bytes bytes_ = 0;
};

}  // namespace vigia::outbox
