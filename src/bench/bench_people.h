// 'vigia bench people': are all people of a film delivered, each once? Films with a file that says who is in
// them, and faces with identities but without pictures, of which joining alone is measured. See README.md.
// Threads: the main thread only.
#pragma once

#include <string>
#include <vector>

#include "base/signals.h"
#include "bench/people_bench_options.h"

namespace vigia::bench {

// Errors in the options that only a look at model and files shows, as lines for the user.
std::vector<std::string> problems(const PeopleBenchOptions& options);

// Prints the table. Returns the exit code: 0, or 1 when it was stopped or failed, after printing what there
// is.
int bench_people(const PeopleBenchOptions& options, StopSignals& signals);

}  // namespace vigia::bench
