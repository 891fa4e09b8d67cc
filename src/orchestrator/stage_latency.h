// How long each stage of a frame's way takes, over all cameras: where the time goes when latency grows.
// Threads: thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/histogram.h"

namespace vigia::orchestrator {

// In the order in which a frame passes them.
enum class Stage {
  read,     // until its packet is there: for a live camera mostly waiting for it
  decode,   // packet to picture
  wait,     // decoded, until a worker takes it
  prepare,  // planes to the detector's picture
  infer,    // that to faces
  track,    // grading the faces and joining them to tracks
  encode,   // a best shot's JPEG; not for each frame, and on the shot writer's thread
};

inline constexpr std::array<std::string_view, 7> kStageNames{"read",  "decode", "wait",  "prepare",
                                                             "infer", "track",  "encode"};

struct StageLatency {
  std::array<Histogram, kStageNames.size()> stages;
  Histogram whole;  // from a frame's last byte read to the end of its tracking

  [[nodiscard]] Histogram& of(Stage stage) noexcept { return stages[static_cast<std::size_t>(stage)]; }
};

}  // namespace vigia::orchestrator
