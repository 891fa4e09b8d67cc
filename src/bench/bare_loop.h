// Measures the bound: the speed of this machine if finding faces in video were only decoding, preparing and
// inferring. A thread for each core takes its share of the streams in turn: reads a packet, decodes it,
// detects faces in the picture, goes to the next stream. No tracks, no shots, no queue, no hand-over between
// threads. Streams: one per camera, at least as many as cores, so that no core is idle. Threads: one thread
// at a time.
#pragma once

#include "base/signals.h"
#include "bench/pipeline_report.h"
#include "settings/settings.h"

namespace vigia::bench {

struct BoundWindow {  // seconds
  double warm_up = 0.5, seconds = 15;
};

// settings.detector.input must be a size, if the detector has sizes. Cameras' rot applies; their
// detector_step and imotion_threshold do not: every frame is searched. Begins at the start of the clips. Ends
// early on a stop signal. Errors: a line for the user.
Result<BoundFigures> measure_bound(const settings::Settings& settings, const BoundWindow& window,
                                   StopSignals& signals);

}  // namespace vigia::bench
