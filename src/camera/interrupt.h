// The limits of what FFmpeg does for a source: it polls them while it waits for the network, and gives up
// when they say so. Threads: owner thread only.
#pragma once

#include <algorithm>
#include <chrono>
#include <stop_token>

#include "base/clock.h"

namespace vigia::camera {

struct Interrupt {
  std::stop_token stop;
  std::chrono::steady_clock::time_point deadline;
  bool timed_out = false;

  void arm(const std::stop_token& by, Nanoseconds at_most) {
    stop = by;
    deadline = std::chrono::steady_clock::now() + at_most;
    timed_out = false;
  }
  // For those who take a time limit: never nothing, which libcurl would take for no limit.
  [[nodiscard]] Nanoseconds left() const {
    return std::max<Nanoseconds>(deadline - std::chrono::steady_clock::now(), std::chrono::milliseconds(1));
  }
  // As FFmpeg calls it.
  static int asked(void* self) noexcept {
    auto* const interrupt = static_cast<Interrupt*>(self);
    if (interrupt->stop.stop_requested()) return 1;
    if (std::chrono::steady_clock::now() < interrupt->deadline) return 0;
    interrupt->timed_out = true;
    return 1;
  }
};

}  // namespace vigia::camera
