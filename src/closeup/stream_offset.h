// How much later than the small stream the main stream's times are for the same moment, as far as it is
// known.
//
// Both have times of this machine's clock: by the camera's own reports where they are sane, and then the
// difference is nearly 0; else by arrival, and a main stream that the camera encodes or sends later is late
// by up to kLatest. The difference is learned from pairs of pictures that show the same moment. It is
// believed once kAgreeing pairs in a row agree within kTolerance, and no longer after a pair that does not.
// Threads: one thread at a time.
#pragma once

#include <chrono>

#include "base/clock.h"

namespace vigia::closeup {

class StreamOffset {
 public:
  static constexpr std::chrono::milliseconds kEarliest{-1000};
  static constexpr std::chrono::milliseconds kLatest{3500};
  static constexpr std::chrono::milliseconds kTolerance{120};
  static constexpr int kAgreeing = 3;
  static constexpr std::chrono::milliseconds kNear{400};

  struct Window {
    Nanoseconds from, to;
  };
  // Where to look for the moment, relative to the small stream's time.
  [[nodiscard]] Window window() const noexcept {
    if (!is_known()) return {kEarliest, kLatest};
    return {offset_ - 2 * kTolerance, offset_ + 2 * kTolerance};
  }
  // Where it is looked for first: most cameras' streams are hardly apart, and it costs a fraction.
  [[nodiscard]] Window near() const noexcept { return {offset_ - kNear, offset_ + kNear}; }
  [[nodiscard]] bool is_known() const noexcept { return agreeing_ >= kAgreeing; }
  // The best guess; 0 at first.
  [[nodiscard]] Nanoseconds expected() const noexcept { return offset_; }

  // A pair that shows one moment for sure.
  void note(Nanoseconds difference) noexcept {
    const bool agrees =
        agreeing_ > 0 && difference - offset_ < kTolerance && offset_ - difference < kTolerance;
    offset_ = agrees ? offset_ + (difference - offset_) / 4 : difference;
    agreeing_ = agrees ? agreeing_ + 1 : 1;
  }
  // The moment was not where it was expected, or one of the streams was connected anew.
  void doubt() noexcept { agreeing_ = 0; }

 private:
  Nanoseconds offset_{0};
  int agreeing_ = 0;
};

}  // namespace vigia::closeup
