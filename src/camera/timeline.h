// Turns a stream's time stamps into one time line that starts at 0 and never goes backwards, over a file's
// loop, a new connection, and stamps that jump.
//
// A stamp before the last one, or more than 10 s after it, counts as a jump: the usual step is taken instead.
// Threads: one thread at a time. No allocation.
#pragma once

#include <algorithm>
#include <optional>

#include "base/clock.h"

namespace vigia::camera {

class Timeline {
 public:
  static constexpr std::chrono::seconds kLongestStep{10};

  // A new run of stamps begins: the next one continues the line, wherever it starts, and not before
  // `not_before`.
  void begin_segment(Nanoseconds not_before = Nanoseconds::zero()) noexcept {
    last_stamp_.reset();
    next_ = std::max(next_, not_before);
  }

  // stamp: none if the stream gives none; then the line advances by the usual step. duration: of the packet
  // or picture; 0 if the stream does not say. Stamps are within +-73 years (see stamp_of in stream_job.cpp).
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
