// Measures a camera's frame interval, by stream time, and derives the times that depend on it.
// Threads: a value, one thread at a time.
#pragma once

#include <algorithm>
#include <optional>

#include "base/clock.h"

namespace vigia::track {

class Tempo {
 public:
  // A blink of the detector: a track unseen for less counts as in view.
  static constexpr Nanoseconds kBlink = std::chrono::milliseconds(200);
  static constexpr double kBlinkFrames = 1.5;
  // Frames that a track outlives at least, whatever track_miss_interval says.
  static constexpr double kLeastMissFrames = 2.5;
  // At longer intervals a person may be seen only once.
  static constexpr Nanoseconds kSlow = std::chrono::milliseconds(200);

  Tempo(double track_miss_interval, double track_stitch_interval)
      : miss_(from_seconds(track_miss_interval)), stitch_(from_seconds(track_stitch_interval)) {}

  void note(Nanoseconds now) noexcept {
    const Nanoseconds passed = std::min(now - last_.value_or(now), kLongest);
    last_ = now;
    if (passed <= Nanoseconds::zero()) return;
    const bool is_first = interval_ == Nanoseconds::zero();
    // A pause does not mean that the camera is slow.
    interval_ += is_first ? passed : (std::min(passed, 4 * interval_) - interval_) / kSmoothing;
  }

  [[nodiscard]] Nanoseconds interval() const noexcept { return interval_; }  // 0: not known yet
  [[nodiscard]] Nanoseconds last() const noexcept { return last_.value_or(Nanoseconds::zero()); }
  [[nodiscard]] Nanoseconds blink() const noexcept { return std::max(kBlink, frames(kBlinkFrames)); }
  [[nodiscard]] Nanoseconds miss() const noexcept { return std::max(miss_, frames(kLeastMissFrames)); }
  // After a longer gap no track is joined to an earlier one.
  [[nodiscard]] Nanoseconds longest_gap() const noexcept { return miss() + stitch_; }
  [[nodiscard]] bool is_slow() const noexcept { return interval_ > kSlow; }

 private:
  static constexpr Nanoseconds kLongest = std::chrono::seconds(5);
  static constexpr int kSmoothing = 8;

  [[nodiscard]] Nanoseconds frames(double count) const noexcept {
    return from_seconds(count * to_seconds(interval_));
  }

  Nanoseconds miss_, stitch_;
  Nanoseconds interval_{0};
  std::optional<Nanoseconds> last_;
};

}  // namespace vigia::track
