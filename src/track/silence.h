// Whose face was posted a short while ago: for silent_period the same face is not posted again. It is a guess
// by appearance, so by default there is none; it bounds what a person who comes and goes all day costs. Holds
// kMost faces, the newest; 30 KB each, from the first that is remembered on. Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include "base/clock.h"
#include "track/open_track.h"

namespace vigia::track {

class Silence {
 public:
  static constexpr std::size_t kMost = 64;

  explicit Silence(double silent_period) : period_(from_seconds(silent_period)) {}

  [[nodiscard]] bool is_on() const noexcept { return period_ > Nanoseconds::zero(); }
  // Whether somebody who looks the same was posted within the period.
  [[nodiscard]] bool covers(const Views& views, Nanoseconds now) const;
  void remember(std::unique_ptr<Views> views, Nanoseconds now);

 private:
  struct Posted {
    std::unique_ptr<Views> views;
    Nanoseconds when;
  };
  const Nanoseconds period_;
  std::deque<Posted> posted_;  // the oldest first
};

}  // namespace vigia::track
