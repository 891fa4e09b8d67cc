// 'vigia bench memory': measures what releasing memory costs the threads that handle video on this machine,
// in each of the modes of bench_options.h; a table, a JSON file, a picture. See README.md.
#pragma once

#include <string>
#include <vector>

#include "base/signals.h"
#include "bench/bench_options.h"

namespace vigia::bench {

// Errors in the options that only a look at the system shows, as lines for the user; empty: go on.
std::vector<std::string> problems(const MemoryBenchOptions& options);

// Runs each mode in a process of its own (or, in such a process, its one mode), prints the table. Returns the
// exit code: 0, or 1 when a mode gave no figures, a file could not be written, or it was stopped.
int bench_memory(const MemoryBenchOptions& options, StopSignals& signals);

}  // namespace vigia::bench
