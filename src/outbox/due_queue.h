// Decides which shot a route (one receiver) sends next. Three kinds wait:
//   live     just added: sent at once, oldest first, before all others
//   backlog  added more than kFresh ago, or by an earlier run: newest or oldest first, and so many a second
//            at most (a token bucket that holds one second's worth), so that the end of an outage neither
//            drowns the receiver nor holds up what happens now
//   later    failed: each waits for its own time and holds up no other; then it is one of the former again
// Shots are identified by their numbers, which grow in the order of adding; the time of day is not used. Some
// 50 bytes a waiting shot. Threads: one thread at a time. Cost: O(log n) a call.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/clock.h"

namespace vigia::outbox {

struct Replay {
  bool newest_first = true;
  double rate = 20;  // shots a second; 0: no limit
};

class DueQueue {
 public:
  static constexpr Nanoseconds kFresh = std::chrono::seconds(30);

  explicit DueQueue(Replay replay) : replay_(replay) {}

  void add_live(std::int64_t id, SteadyTime now) { live_.emplace(id, now); }
  void add_backlog(std::int64_t id) { backlog_.insert(id); }
  // Takes over the whole backlog of another queue.
  void add_backlog(DueQueue&& other) { backlog_.merge(other.backlog_); }

  // It is the caller's until postpone() or remove().
  std::optional<std::int64_t> claim(SteadyTime now);
  // Does nothing unless claimed.
  void postpone(std::int64_t id, SteadyTime until);
  // Removes it in whatever state it is.
  void remove(std::int64_t id);

  [[nodiscard]] bool is_claimed(std::int64_t id) const { return claimed_.contains(id); }
  // When claim() will have a shot after it had none: a retry's time, or that of the next of the backlog.
  [[nodiscard]] std::optional<SteadyTime> next_due(SteadyTime now) const;
  // Counts all: live, backlog, later, claimed.
  [[nodiscard]] std::size_t size() const {
    return live_.size() + backlog_.size() + later_.size() + claimed_.size();
  }

 private:
  struct Later {
    SteadyTime until, added;
  };
  void return_those_due(SteadyTime now);
  void age(SteadyTime now);
  void fill_bucket(SteadyTime now);

  Replay replay_;
  std::map<std::int64_t, SteadyTime> live_;     // when added
  std::map<std::int64_t, SteadyTime> claimed_;  // when added; min(): long ago
  std::set<std::int64_t> backlog_;
  std::map<std::int64_t, Later> later_;
  std::set<std::pair<SteadyTime, std::int64_t>> by_time_;  // those of later_
  double tokens_ = 0;
  SteadyTime filled_ = SteadyTime::min();
};

}  // namespace vigia::outbox
