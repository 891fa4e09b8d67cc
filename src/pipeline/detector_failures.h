// Counts the frames on which a camera's detector fails, and decides when to log that: at once, then at most
// once a minute. Threads: one thread at a time. Cost while the detector works: a comparison.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "pipeline/camera_counters.h"

namespace vigia::pipeline {

class DetectorFailures {
 public:
  // Counts a failure. Returns a line for the log, without the camera's name; empty: none is due.
  std::string failed(const std::string& why, CameraCounters& counters, SteadyTime now);
  void worked(CameraCounters& counters) {
    if (counters.detector_fails.load(std::memory_order_relaxed)) counters.detector_fails = false;
  }

 private:
  std::uint64_t unsaid_ = 0;
  SteadyTime not_before_ = SteadyTime::min();
};

}  // namespace vigia::pipeline
