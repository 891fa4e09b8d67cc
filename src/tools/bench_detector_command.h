// The flags of 'vigia bench detector'. Threads: one thread at a time.
#pragma once

#include <string>
#include <vector>

#include "bench/detector_bench_options.h"

namespace CLI {
class App;
}

namespace vigia::tools {

// Filled by CLI11.
struct DetectorBenchArguments {
  bench::DetectorBenchOptions options;
  std::vector<std::string> inputs, precisions;
  std::string frame, json;
};

// Both must outlive the parsing.
void add_bench_detector(CLI::App& bench, DetectorBenchArguments& into);
// REQUIRES: parsed without an error.
bench::DetectorBenchOptions complete(const DetectorBenchArguments& arguments);

}  // namespace vigia::tools
