// 'vigia bench detector': measures what finding faces in one frame costs, by input size, precision and number
// of threads at once. See README.md. Threads: the main thread only.
#pragma once

#include <string>
#include <vector>

#include "base/signals.h"
#include "bench/detector_bench_options.h"

namespace vigia::bench {

// Errors in the options that only a look at model, CPU or files shows, as lines for the user.
std::vector<std::string> problems(const DetectorBenchOptions& options);

// Prints the table. Returns the exit code: 0, or 1 when it was stopped or failed, after printing what there
// is.
int bench_detector(const DetectorBenchOptions& options, StopSignals& signals);

}  // namespace vigia::bench
