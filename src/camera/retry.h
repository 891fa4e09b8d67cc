// When a camera that failed is tried again.
//
// * It refuses the login: after 1, 5, 15, 30, 30, ... minutes. Many lock an account after a few wrong
//   passwords, for half an hour and longer.
// * It has no room for a viewer: once the time is over after which it ends a session that nobody uses, as it
//   told, else a minute. An earlier connection may be what takes the room.
// * Anything else: after `first`, doubled each time to 30 s, for ever; shortened at random by up to a fifth,
//   so that cameras which failed together come back apart.
//
// All of them begin anew after a good minute: one that video came for without a failure. A single frame
// proves nothing, since there are cameras that break off after each. New settings are a new camera, and so a
// new Retry. Threads: one thread at a time.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <random>

#include "base/clock.h"
#include "camera/condition.h"

namespace vigia::camera {

class Retry {
 public:
  static constexpr std::chrono::seconds kLongest{30};
  // A lower bound for any setting: never a tight loop.
  static constexpr std::chrono::milliseconds kShortest{100};
  static constexpr std::array<std::chrono::minutes, 4> kAfterRefusals{
      std::chrono::minutes(1), std::chrono::minutes(5), std::chrono::minutes(15), std::chrono::minutes(30)};
  static constexpr std::chrono::seconds kUsualSession{60};    // RFC 2326, 12.37
  static constexpr std::chrono::minutes kLongestSession{10};  // whatever a camera tells
  static constexpr std::chrono::minutes kGood{1};

  explicit Retry(Nanoseconds first, unsigned seed = std::random_device{}())
      : first_(std::clamp<Nanoseconds>(first, kShortest, kLongest)), next_(first_), random_(seed) {}

  // A frame has come. True once for each attempt: its good minute is over.
  bool frame(SteadyTime now) noexcept {
    if (!since_) since_ = now;
    if (is_good_ || now - *since_ < kGood) return false;
    is_good_ = true;
    next_ = first_;
    refusals_ = 0;
    return true;
  }
  // The attempt has failed: how long to wait. session: for which the camera keeps an idle session, if it
  // told.
  Nanoseconds failed(Condition why, std::optional<Nanoseconds> session = {}) {
    since_.reset();
    is_good_ = false;
    if (why == Condition::refused) {
      return kAfterRefusals[std::min(refusals_++, kAfterRefusals.size() - 1)];
    }
    if (why == Condition::busy) {
      return std::clamp<Nanoseconds>(session.value_or(kUsualSession), std::chrono::seconds(1),
                                     kLongestSession);
    }
    std::uniform_real_distribution<double> shortening(0.8, 1.0);
    const auto delay = from_seconds(to_seconds(next_) * shortening(random_));
    next_ = std::min<Nanoseconds>(next_ * 2, kLongest);
    return delay;
  }

 private:
  const Nanoseconds first_;
  Nanoseconds next_;
  std::size_t refusals_ = 0;
  std::optional<SteadyTime> since_;  // frames come in this attempt
  bool is_good_ = false;
  std::minstd_rand random_;
};

}  // namespace vigia::camera
