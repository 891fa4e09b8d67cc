// Remembers faces that were posted a short while ago: for silent_period the same face is not posted again. It
// is a guess by appearance, so it is off by default; it limits the shots of a person who comes and goes all
// day. Holds the newest kMost faces; 30 KB each, allocated as they come. Threads: one thread at a time.
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
  // True if a person who looks the same was posted within the period.
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
