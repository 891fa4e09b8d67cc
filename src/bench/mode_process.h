// Starts this program again for one mode, and reads its figures.
#pragma once

#include <string>
#include <vector>

#include "base/signals.h"
#include "bench/bench_options.h"
#include "bench/report.h"

namespace vigia::bench {

// The command line that makes a process run that mode: parsing it gives the same options, with `child` set.
std::vector<std::string> child_arguments(const MemoryBenchOptions& options, Mode mode);

// Returns when the process has ended. A stop signal is passed on to it, and it ends early. io: it could not
// be started. Any other end is in the figures.
Result<ModeFigures> run_mode_in_process(const MemoryBenchOptions& options, Mode mode, StopSignals& signals);

}  // namespace vigia::bench
