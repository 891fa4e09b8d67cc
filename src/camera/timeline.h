// Turns a stream's time stamps into one line that starts at 0 and never goes backwards: over a file's
// loop, a new connection, and stamps that jump.
//
// A stamp that lies before the last one, or more than 10 s after it, is taken as a jump: it follows the
// last at the usual distance. Threads: one thread at a time. No allocation.
#pragma once

#include <algorithm>
#include <optional>

#include "base/clock.h"

namespace vigia::camera {

class Timeline {
 public:
  static constexpr std::chrono::seconds kLongestStep{10};

  // A new run of stamps begins: the next one follows on the last, wherever it starts, and is not before that.
  void begin_segment(Nanoseconds not_before = Nanoseconds::zero()) noexcept {
    last_stamp_.reset();
    next_ = std::max(next_, not_before);
  }

  // none: the stream does not say; then it follows the last. duration: how long what is stamped lasts;
  // 0 when the stream does not say. Stamps are within +-73 years (see stamp_of in stream_job.cpp).
  Nanoseconds map(std::optional<Nanoseconds> stamp, Nanoseconds duration) noexcept {
    Nanoseconds at = next_;
    if (stamp) {
      const Nanoseconds step = last_stamp_ ? *stamp - *last_stamp_ : Nanoseconds(-1);
      const bool jump = step < Nanoseconds::zero() || step > kLongestStep;
      if (!jump) {
        at = last_ + step;
        if (step > Nanoseconds::zero()) usual_step_ = step;
      }
      last_stamp_ = stamp;
    }
    const bool says_duration = duration > Nanoseconds::zero() && duration <= kLongestStep;
    last_ = std::max(at, last_);
    next_ = last_ + (says_duration ? duration : usual_step_);
    return last_;
  }

 private:
  std::optional<Nanoseconds> last_stamp_;  // none: a segment begins
  Nanoseconds last_{0};                    // what map() gave last
  Nanoseconds next_{0};                    // where what follows begins
  Nanoseconds usual_step_ = std::chrono::milliseconds(40);
};

}  // namespace vigia::camera
