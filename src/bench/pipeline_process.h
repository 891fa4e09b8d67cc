// Starts this program again for one step of a pipeline bench, and reads its figures; and runs that step.
// Threads: the main thread only.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/signals.h"
#include "bench/pipeline_bench_options.h"

namespace vigia::bench {

// The command line that makes a process do one step: parsing it gives the same options, with `child`, its
// `folder` and that one number of cameras.
std::vector<std::string> child_arguments(const PipelineBenchOptions& options);

// Returns the line that the process wrote. A stop signal is passed on to it, and it ends early, in order.
// Errors: cancelled: stopped; unavailable: it ended without a line, and has printed why.
Result<std::string> run_step_in_process(const PipelineBenchOptions& options, StopSignals& signals);

// REQUIRES: options.child. Returns the exit code.
int run_step_here(const PipelineBenchOptions& options, StopSignals& signals);

}  // namespace vigia::bench
