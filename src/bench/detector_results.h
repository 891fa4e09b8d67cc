// All that 'vigia bench detector' found out, and what follows from it. Values, pure functions.
#pragma once

#include <string>
#include <vector>

#include "bench/detector_bench_options.h"
#include "bench/detector_measure.h"
#include "bench/machine.h"

namespace vigia::bench {

// What decoding a 720p frame takes about, and how many frames a camera sends a second: for cameras_fed().
inline constexpr double kDecodeMs = 2;
inline constexpr double kCameraFps = 30;

struct DetectorResults {
  Machine machine;
  DetectorBenchOptions options;
  std::vector<DetectorMeasurement> rows;
};

// Prepare and infer alone, of a whole detect().
double share_of_whole(const DetectorMeasurement& row);
// Frames a second, of those that so many threads would do if none held up another; `one`: one thread.
double scaling(const DetectorMeasurement& row, const DetectorMeasurement& one);
// Cameras at kCameraFps that so many cores feed, with kDecodeMs a frame beside the detector: about, since
// joining, shots and the rest of the machine take their part.
double cameras_fed(const DetectorMeasurement& row);

std::string to_text(const DetectorResults& results);
std::string to_json(const DetectorResults& results);

}  // namespace vigia::bench
