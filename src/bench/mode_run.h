// Runs one mode in this process: the load, its keeper, and a sample of both every hundredth of a second.
// Resident memory is this process's, so a process runs one mode.
#pragma once

#include <string>

#include "base/signals.h"
#include "bench/bench_options.h"

namespace vigia::bench {

// Writes the lines of report.h to standard output; options.child says which mode. Ends early, with what
// there is, on a stop signal. Returns the exit code.
int run_mode_here(const MemoryBenchOptions& options, StopSignals& signals);

}  // namespace vigia::bench
