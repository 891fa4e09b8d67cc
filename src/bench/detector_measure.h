// Measures what finding faces in one frame costs, on one thread or several at once. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/signals.h"
#include "detect/detect_faces.h"

namespace vigia::bench {

struct Share {  // milliseconds a frame
  double mean = 0, p50 = 0, p99 = 0;
};

struct DetectorMeasurement {
  std::string detector;  // "yunet_n 640x384 bf16"
  int threads = 1;
  double seconds = 0;
  std::uint64_t frames = 0;  // of all threads
  Share prepare, infer, whole;

  [[nodiscard]] double fps() const { return seconds > 0 ? static_cast<double>(frames) / seconds : 0; }
};

struct DetectorWork {
  domain::Size input, frame;
  int threads = 1;
  double seconds = 1;
};

// Runs several detectors, a thread each, over made-up noise: each has some frames of its own in turn, so that
// they do not all stay in the cache. Errors: of making a detector or of detect(); cancelled: a stop signal
// came.
Result<DetectorMeasurement> measure_detector(const detect::DetectFaces& stage, const DetectorWork& work,
                                             StopSignals& signals);

}  // namespace vigia::bench
