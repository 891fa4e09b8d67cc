// Runs the main job, as `vigia run` does, and measures it for a while after a warm-up.
// Threads: the main thread only.
#pragma once

#include "base/signals.h"
#include "bench/pipeline_report.h"
#include "settings/settings.h"

namespace vigia::bench {

struct JobWindow {
  double warm_up = 2, seconds = 30;
  double offered_fps =
      0;  // frames a second that all cameras together have to show; 0: as many as they decode
};

// Ends early, with what there is, on a stop signal. Errors: a line for the user: it cannot start, or a
// camera shows nothing.
Result<JobFigures> measure_job(const settings::Settings& settings, const JobWindow& window,
                               StopSignals& signals);

}  // namespace vigia::bench
