// The bound: what this machine could do if finding faces in video were decoding, preparing and inferring
// alone. A thread for each core, each with its share of the streams in turn: read a packet, decode it, detect
// faces in the picture, the next stream. No tracks, no shots, no queue, no hand-over between threads.
// Streams: one a camera, as many at least as there are cores, so that none is idle.
// Threads: one thread at a time.
#pragma once

#include "base/signals.h"
#include "bench/pipeline_report.h"
#include "settings/settings.h"

namespace vigia::bench {

struct BoundWindow {  // seconds
  double warm_up = 0.5, seconds = 15;
};

// settings.detector.input must be a size, if the detector has sizes. Cameras' rot
// is obeyed; their detector_step and imotion_threshold are not: each frame is looked at. Begins at the start
// of the clips. Ends early on a stop signal. Errors: a line for the user.
Result<BoundFigures> measure_bound(const settings::Settings& settings, const BoundWindow& window,
                                   StopSignals& signals);

}  // namespace vigia::bench
