// Starts this very program once more for one mode, and takes in what it reports.
#pragma once

#include <string>
#include <vector>

#include "base/signals.h"
#include "bench/bench_options.h"
#include "bench/report.h"

namespace vigia::bench {

// The command line that makes a process run that mode: parsed, it gives the same options again, with
// `child` set.
std::vector<std::string> child_arguments(const MemoryBenchOptions& options, Mode mode);

// Returns when the process has ended. A stop signal is handed on to it, and it ends early. io: it could
// not be started. Whatever else happens to it stands in the report.
Result<ModeFigures> run_mode_in_process(const MemoryBenchOptions& options, Mode mode, StopSignals& signals);

}  // namespace vigia::bench
