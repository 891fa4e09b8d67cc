#include "pipeline/detector_failures.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace vigia::pipeline {

using std::chrono_literals::operator""min;

std::string DetectorFailures::failed(const std::string& why, CameraCounters& counters, SteadyTime now) {
  const std::uint64_t all = ++counters.detector_errors;
  counters.detector_fails = true;
  ++unsaid_;
  if (now < not_before_) return {};
  not_before_ = now + 1min;
  return fmt::format("the detector failed on {} frames ({} in all), which were not searched: {}",
                     std::exchange(unsaid_, 0), all, why);
}

}  // namespace vigia::pipeline
