// The time between pictures, from their arrival alone, smoothed: pictures that arrive in small bursts or a
// little late are spread out evenly; a pause of more than kPause is kept.
//
// For streams without time stamps, or whose stamps cannot be trusted. Since it cannot know what comes next,
// the line may run ahead of arrival by up to eight usual steps and lag behind by up to kPause. Threads: one
// thread at a time. No allocation.
#pragma once

#include <algorithm>

#include "base/clock.h"

namespace vigia::camera {

class ArrivalLine {
 public:
  static constexpr std::chrono::seconds kPause{1};

  // Starts again with a picture that arrived at `came`.
  void begin(SteadyTime came) noexcept {
    last_ = came;
    line_ = came;
    usual_ = Nanoseconds::zero();
  }

  // How far the line moves on with the next picture; never negative. REQUIRES: begin() was called.
  Nanoseconds step(SteadyTime came) noexcept {
    const Nanoseconds passed = std::max(came - last_, Nanoseconds::zero());
    last_ = std::max(came, last_);
    const bool is_first = usual_ == Nanoseconds::zero();
    usual_ += is_first ? passed : (std::min(passed, 4 * usual_) - usual_) / kSmoothing;
    const SteadyTime expected = line_ + usual_;
    const Nanoseconds late = last_ - expected;
    const SteadyTime before = line_;
    line_ = late > kPause ? last_ : std::max(line_, expected + late / kSmoothing);
    return line_ - before;
  }

 private:
  static constexpr int kSmoothing = 8;

  SteadyTime last_{}, line_{};
  Nanoseconds usual_{0};
};

}  // namespace vigia::camera
