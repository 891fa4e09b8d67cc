// Releases recorded packets at the speed at which they were recorded, times play_speed.
//
// A reader that falls behind by more than a second does not catch up in a burst: the time line is anchored
// again at that moment. Threads: one thread at a time. No allocation.
#pragma once

#include <optional>

#include "base/clock.h"

namespace vigia::camera {

class Pacer {
 public:
  static constexpr std::chrono::seconds kMostBehind{1};

  // speed: 1 real time, 2 twice as fast; <= 0: no limit, nothing waits.
  Pacer(Clock& clock, double speed) : clock_(clock), speed_(speed) {}

  // Waits until `position` of the time line is due. Returns the due time (in the past if the caller is late),
  // or nothing if a stop came first.
  std::optional<SteadyTime> wait(Nanoseconds position, const std::stop_token& stop) {
    const SteadyTime now = clock_.now();
    if (speed_ <= 0) return now;
    const SteadyTime due = anchor_ + from_seconds(to_seconds(position - anchor_position_) / speed_);
    if (!anchored_ || now - due > kMostBehind) {
      anchored_ = true;
      anchor_ = now;
      anchor_position_ = position;
      return now;
    }
    if (due > now && !clock_.sleep_until(due, stop)) return std::nullopt;
    return due;
  }
  // The next position is due at once, whatever came before: the source was opened again.
  void restart() noexcept { anchored_ = false; }

 private:
  // Constant after construction.
  Clock& clock_;
  const double speed_;

  bool anchored_ = false;
  SteadyTime anchor_{};
  Nanoseconds anchor_position_{0};
};

}  // namespace vigia::camera
