// How long to wait before the next attempt: `first`, doubled each time up to 30 s, shortened at random by up
// to a fifth, so that cameras which failed together do not all reconnect together. Threads: one thread at a
// time.
#pragma once

#include <algorithm>
#include <random>

#include "base/clock.h"

namespace vigia::camera {

class Backoff {
 public:
  static constexpr std::chrono::seconds kLongest{30};
  // A lower bound for any setting: never a tight loop.
  static constexpr std::chrono::milliseconds kShortest{100};

  explicit Backoff(Nanoseconds first, unsigned seed = std::random_device{}())
      : first_(std::clamp<Nanoseconds>(first, kShortest, kLongest)), next_(first_), random_(seed) {}

  Nanoseconds next() {
    std::uniform_real_distribution<double> shortening(0.8, 1.0);
    const auto delay = from_seconds(to_seconds(next_) * shortening(random_));
    next_ = std::min<Nanoseconds>(next_ * 2, kLongest);
    return delay;
  }
  void reset() noexcept { next_ = first_; }

 private:
  const Nanoseconds first_;
  Nanoseconds next_;
  std::minstd_rand random_;
};

}  // namespace vigia::camera
