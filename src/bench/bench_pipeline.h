// 'vigia bench pipeline': measures the main job on clips, and the bound, which is decode, prepare and infer
// alone; each in a process of its own, so that memory and CPU time are its own. See README.md.
// Threads: the main thread only.
#pragma once

#include <string>
#include <vector>

#include "base/signals.h"
#include "bench/pipeline_bench_options.h"

namespace vigia::bench {

// Errors in the options that only a look at files and machine shows, as lines for the user; empty: go on.
// Reads the clips and makes a detector once.
std::vector<std::string> problems(const PipelineBenchOptions& options);

// Runs all of it (or, in a process of its own, its one step), prints figures. Returns the exit code: 0; 1
// when a run gave no figures, a file could not be written, or it was stopped; 2 when settings are wrong.
int bench_pipeline(const PipelineBenchOptions& options, StopSignals& signals);

}  // namespace vigia::bench
