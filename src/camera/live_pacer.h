// Spreads out the pictures of live sources that send in bursts (HLS sends a segment at once), so that workers
// need not drop pictures which came too fast.
//
// A picture is released when its step of stream time, shortened by kFaster, has passed since the one before.
// So a source that sends evenly is not delayed, and a backlog drains: slowly at first, with the extra speed
// doubled for every kDoubles in which more data was always ready. The delay that a burst, a pause in the
// network or a server's backlog adds is gone in about half a minute, and pacing cannot hide that a camera's
// stamps run too slowly or too fast. Bounds: no picture is held for longer than kLongestHold. Nothing is
// stored here: unread data waits at the sender or in the connection's system buffers. Threads: one thread at
// a time. No allocation.
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

  // Call after each packet. True: the reader had to wait for it, so it has read everything that had arrived.
  // A short delay of the reader's own thread must not count as such a wait: a reader that is behind has
  // caught up only once its waits add up to a tenth of the time since. (Asking for one long wait instead
  // would fail: no wait is longer than the distance of two frames, so after a standstill of a second it
  // would never have caught up.)
  bool read(Nanoseconds took) noexcept {
    const SteadyTime now = clock_.now();
    const Nanoseconds behind = now - caught_up_;
    if (took < std::max<Nanoseconds>(kSoon, usual_step_ / 4)) return false;
    waited_ += took;
    if (waited_ < behind / 10) return false;
    caught_up_ = now;
    held_ = waited_ = Nanoseconds(0);
    return true;
  }

  // The reader has worked off what it had kept for itself: nothing that was slow before counts.
  void begin_again() noexcept {
    caught_up_ = clock_.now();
    held_ = waited_ = Nanoseconds(0);
    due_ = {};
    last_.reset();
  }

  // For how long the reader has been at work without waiting, for data or for a picture to be due: a decoder
  // that cannot keep up, since a burst is held back in between.
  [[nodiscard]] Nanoseconds busy_for() const noexcept { return clock_.now() - caught_up_ - held_; }

  // Waits until the picture is due. Returns when it became available: its due time if it was held, else
  // read_at; nothing if a stop came first.
  std::optional<SteadyTime> wait(Nanoseconds stream_time, SteadyTime read_at, const std::stop_token& stop) {
    const SteadyTime now = clock_.now();
    const Nanoseconds step =
        last_ ? std::max(stream_time - *last_, Nanoseconds::zero()) : Nanoseconds::zero();
    last_ = stream_time;
    usual_step_ += (std::min<Nanoseconds>(step, kLongestHold) - usual_step_) / 8;
    due_ = std::clamp(due_ + from_seconds(to_seconds(step) / speed(now)), now, now + kLongestHold);
    if (due_ <= now) return read_at;
    if (!clock_.sleep_until(due_, stop)) return std::nullopt;
    held_ += clock_.now() - now;
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

  SteadyTime caught_up_;   // when the reader last had read everything
  Nanoseconds held_{0};    // time for which pictures were held since then
  Nanoseconds waited_{0};  // and time for which it waited for data
  SteadyTime due_{};
  std::optional<Nanoseconds> last_;
  Nanoseconds usual_step_{0};
};

}  // namespace vigia::camera
