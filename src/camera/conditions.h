// Which conditions of one camera hold now, since when, and one figure each (seconds of skew, share of damaged
// frames, ...; what it means is the condition's).
//
//   conditions.raise(Condition::clock_skew, clock.utc_now(), 3.5);
//   conditions.clear(Condition::clock_skew);
//   if (const auto dark = conditions.of(Condition::dark)) ... dark->since ...
//
// Guarantees: no lock, no allocation. Cost: some atomic operations. Threads: of() is thread-safe; raise() and
// clear() of one condition belong to one thread at a time, those of different conditions may be on different
// threads. A reader beside a writer may see a new figure with the old time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "camera/condition.h"

namespace vigia::camera {

class Conditions {
 public:
  struct Reading {
    UtcTime since;
    double figure = 0;
  };

  // It holds, with this figure; `since` stays that of the first call. Returns whether it did not hold before.
  bool raise(Condition condition, UtcTime now, double figure = 0) noexcept {
    Place& place = places_[index(condition)];
    place.figure.store(figure, std::memory_order_relaxed);
    if (place.since.load(std::memory_order_relaxed) != kNot) return false;
    place.since.store(to_unix_us(now), std::memory_order_release);
    return true;
  }
  // Returns whether it held before.
  bool clear(Condition condition) noexcept {
    return places_[index(condition)].since.exchange(kNot, std::memory_order_release) != kNot;
  }
  // Nothing: it does not hold.
  [[nodiscard]] std::optional<Reading> of(Condition condition) const noexcept {
    const Place& place = places_[index(condition)];
    const std::int64_t since = place.since.load(std::memory_order_acquire);
    if (since == kNot) return std::nullopt;
    return Reading{from_unix_us(since), place.figure.load(std::memory_order_relaxed)};
  }

 private:
  static constexpr std::int64_t kNot = INT64_MIN;
  struct Place {
    std::atomic<std::int64_t> since{kNot};  // microseconds since 1970
    std::atomic<double> figure{0};
  };
  static constexpr std::size_t index(Condition condition) noexcept {
    return static_cast<std::size_t>(condition);
  }

  std::array<Place, kAllConditions.size()> places_;
};

}  // namespace vigia::camera
