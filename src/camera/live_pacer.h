// Spreads out the pictures of live sources that send in bursts (HLS: a segment at once), so that those who
// look at them need not drop what came too fast.
//
// A picture is let out when its step of stream time has passed since the one before, run faster by kFaster.
// So whoever sends evenly is not held up, and what piled up melts: slowly at first, the excess doubled with
// every kDoubles for which there was always more to be read. What a burst, a pause in the network or a
// server's backlog adds to the delay is gone in about half a minute, and a camera whose stamps run too slowly
// or too fast cannot hide it by being held back.
// Bounds: no picture is held for longer than kLongestHold. What waits, waits with its sender or in the
// system's buffers for the connection: nothing is kept here.
// Threads: one thread at a time. No allocation.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/clock.h"

namespace vigia::camera {

class LivePacer {
 public:
  static constexpr double kFaster = 0.125;
  static constexpr std::chrono::seconds kDoubles{5};
  static constexpr std::chrono::seconds kLongestHold{2};

  explicit LivePacer(Clock& clock) : clock_(clock), caught_up_(clock.now()) {}

  // A packet was read just now. True: it was not there yet when the reader asked; it has read all there was.
  // A reader that was only kept from running for a moment must not look like that.
  bool read(Nanoseconds took) noexcept {
    const SteadyTime now = clock_.now();
    const Nanoseconds behind = now - caught_up_;
    if (took < std::max<Nanoseconds>({kSoon, usual_step_ / 4, behind / 20})) return false;
    caught_up_ = now;
    return true;
  }

  // Waits until the picture is due. Returns since when it could be had: when it was due, where it was
  // held, else read_at; nothing when a stop came first.
  std::optional<SteadyTime> wait(Nanoseconds stream_time, SteadyTime read_at, const std::stop_token& stop) {
    const SteadyTime now = clock_.now();
    const Nanoseconds step =
        last_ ? std::max(stream_time - *last_, Nanoseconds::zero()) : Nanoseconds::zero();
    last_ = stream_time;
    usual_step_ += (std::min<Nanoseconds>(step, kLongestHold) - usual_step_) / 8;
    due_ = std::clamp(due_ + from_seconds(to_seconds(step) / speed(now)), now, now + kLongestHold);
    if (due_ <= now) return read_at;
    if (!clock_.sleep_until(due_, stop)) return std::nullopt;
    return due_;
  }

 private:
  static constexpr std::chrono::milliseconds kSoon{1};

  [[nodiscard]] double speed(SteadyTime now) const {
    const double behind = to_seconds(now - caught_up_) / to_seconds(kDoubles);
    return 1 + kFaster * std::exp2(std::min(behind, 20.0));
  }

  // Constant after construction.
  Clock& clock_;

  SteadyTime caught_up_;  // when there was nothing to be read the last time
  SteadyTime due_{};
  std::optional<Nanoseconds> last_;
  Nanoseconds usual_step_{0};
};

}  // namespace vigia::camera
