// The results of 'vigia bench detector', and figures derived from them. Values, pure functions.
#pragma once

#include <string>
#include <vector>

#include "bench/detector_bench_options.h"
#include "bench/detector_measure.h"
#include "bench/machine.h"

namespace vigia::bench {

// Approximate time to decode a 720p frame, and the frames a camera sends a second: for cameras_fed().
inline constexpr double kDecodeMs = 2;
inline constexpr double kCameraFps = 30;

struct DetectorResults {
  Machine machine;
  DetectorBenchOptions options;
  std::vector<DetectorMeasurement> rows;
};

// The share of prepare and infer in a whole detect().
double share_of_whole(const DetectorMeasurement& row);
// Frames a second, relative to those of independent threads that do not slow each other; `one`: one thread.
double scaling(const DetectorMeasurement& row, const DetectorMeasurement& one);
// How many cameras at kCameraFps these cores serve, with kDecodeMs a frame beside the detector: approximate,
// since joining, shots and the rest of the machine take their part.
double cameras_fed(const DetectorMeasurement& row);

std::string to_text(const DetectorResults& results);
std::string to_json(const DetectorResults& results);

}  // namespace vigia::bench
