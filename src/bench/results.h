// All modes' reports together: as a table for people, as JSON, as a picture. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/bench_options.h"
#include "bench/machine.h"
#include "bench/report.h"
#include "memory/growth.h"
#include "plot/plot.h"

namespace vigia::bench {

struct Results {
  Machine machine;
  MemoryBenchOptions options;
  std::vector<ModeFigures> reports;
};

// The growth of resident memory after the first fifth of the run, in which every mode fills up.
memory::Slope growth(const ModeFigures& report);
// When the mode reached the limit, or will at this growth; nothing: not in sight.
std::optional<double> seconds_to_limit(const ModeFigures& report, Bytes limit);

std::string describe(const MemoryBenchOptions& options);  // one line
std::string why_no_figures(const ModeFigures& report);    // one line
std::string to_text(const Results& results);
std::string to_json(const Results& results);
plot::Plot picture(const Results& results);

}  // namespace vigia::bench
