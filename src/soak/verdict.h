// Judges whether a program grows, from samples of it over time, taken from outside.
//
//   memory       the slope of anonymous memory after the warm-up, fitted through the means of whole rounds of
//                faults (so that each mean holds the same ups and downs): fails when the slope less twice its
//                standard error is above the bound. A run of less than kLeastSeconds and kLeastMeans says
//                that it is too short for this, and one whose noise alone is beyond the bound that it is
//                too noisy.
//   peak         of resident memory over the whole run, as the kernel kept it: fails above its cap.
//   cameras      fails unless all were watched at some moment, and when there is no sample at all: a program
//                that did no work cannot have grown.
//   descriptors, threads   their medians at quiet moments of the first and the last quarter after the
//                warm-up: fail when the last is higher by more than a few. Without quiet moments it says so.
// Threads: pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "testing/process_sample.h"

namespace vigia::soak {

struct Observation {
  double seconds = 0;  // since the start
  testing::ProcessSample process;
  bool quiet = false;  // nothing is wrong, nor was just now, and every camera is watched
  int cameras_up = 0;
  std::uint64_t posted = 0;
  int faults = 0;  // so far
};

struct Bounds {
  double warm_up = 0;         // seconds
  double round = 60;          // seconds that one mean is taken over
  Bytes max_growth = 0;       // an hour
  Bytes max_rss = 0;          // 0: not known, not judged
  int cameras = 0;            // that there are
  int spare_descriptors = 9;  // three connections to FindFace, made when first needed: three each
  int spare_threads = 2;

  static constexpr double kLeastSeconds = 600;  // after the warm-up
  static constexpr std::size_t kLeastMeans = 5;
};

struct Quarter {
  double begin = 0, end = 0;                // seconds
  Bytes anonymous = 0;                      // mean
  Bytes resident = 0;                       // highest seen
  std::optional<int> descriptors, threads;  // medians at quiet moments; none: there was no such moment
};

struct GrowthVerdict {
  double per_hour = 0;  // bytes
  double error = 0;     // standard error of it
};

struct Verdict {
  std::vector<std::string> failures;  // what is beyond which bound, and by how much
  std::vector<std::string> remarks;   // what could not be judged, and why
  std::array<Quarter, 4> quarters;
  std::optional<GrowthVerdict> growth;  // none: too short
  Bytes peak = 0;

  [[nodiscard]] bool good() const { return failures.empty(); }
};

// observations: in the order of time.
Verdict judge(std::span<const Observation> observations, const Bounds& bounds);

}  // namespace vigia::soak
