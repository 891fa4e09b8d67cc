// Measures how long each stage of a frame's way takes, over all cameras: it shows where the time goes when
// latency grows.
// Threads: thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>

#include "base/histogram.h"
#include "status/latency_status.h"

namespace vigia::pipeline {

// In the order in which a frame passes them.
enum class Stage {
  read,     // until its packet is there: for a live camera mostly waiting for it
  decode,   // packet to picture
  wait,     // decoded, until a worker takes it
  prepare,  // planes to the detector's input picture
  infer,    // input picture to faces
  track,    // grading the faces and joining them to tracks
  encode,   // a best shot's JPEG; not for each frame, and on the shot encoder's thread
};

inline constexpr std::array<std::string_view, 7> kStageNames{"read",  "decode", "wait",  "prepare",
                                                             "infer", "track",  "encode"};

struct StageLatency {
  std::array<Histogram, kStageNames.size()> stages;
  Histogram whole;  // from a frame's last byte read to the end of its tracking

  [[nodiscard]] status::LatencyStatus status() const {
    constexpr auto kUnit = std::chrono::milliseconds(1);
    const Histogram::Snapshot all = whole.snapshot();
    status::LatencyStatus status{
        .whole_ms = all.percentiles(kUnit), .whole = all.distribution(), .stages = {}};
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const Histogram::Snapshot one = stages[i].snapshot();
      status.stages.push_back({kStageNames[i], one.percentiles(kUnit), one.distribution()});
    }
    return status;
  }

  [[nodiscard]] Histogram& of(Stage stage) noexcept { return stages[static_cast<std::size_t>(stage)]; }
};

}  // namespace vigia::pipeline
