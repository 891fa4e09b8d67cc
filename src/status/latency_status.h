// How long frames take, over all cameras. Values, in milliseconds.
#pragma once

#include <string_view>
#include <vector>

#include "base/histogram.h"

namespace vigia::status {

struct StageStatus {
  std::string_view name;  // "decode": see pipeline/stage_latency.h
  Histogram::Percentiles ms;
  Histogram::Distribution distribution{};
};

struct LatencyStatus {
  Histogram::Percentiles whole_ms;  // from a frame's last byte read to the end of its tracking
  Histogram::Distribution whole{};  // of the same
  std::vector<StageStatus> stages;  // in the order in which a frame passes them
};

}  // namespace vigia::status
