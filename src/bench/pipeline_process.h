// Starts this very program once more for one step of a pipeline bench, and takes in what it reports; and what
// that process does. Threads: the main thread only.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/signals.h"
#include "bench/pipeline_bench_options.h"

namespace vigia::bench {

// The command line that makes a process do it: parsed, it gives the same options again, with `child`, its
// `folder` and that one number of cameras.
std::vector<std::string> child_arguments(const PipelineBenchOptions& options);

// The line that the process wrote. A stop signal is handed on to it, and it ends early, in order. Errors:
// cancelled: stopped; unavailable: it ended without a line, and has said why.
Result<std::string> run_step_in_process(const PipelineBenchOptions& options, StopSignals& signals);

// REQUIRES: options.child. Returns the exit code.
int run_step_here(const PipelineBenchOptions& options, StopSignals& signals);

}  // namespace vigia::bench
