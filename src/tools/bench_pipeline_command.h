// The flags of 'vigia bench pipeline'. Threads: one thread at a time.
#pragma once

#include <string>

#include "bench/pipeline_bench_options.h"

namespace CLI {
class App;
}

namespace vigia::tools {

// Filled by CLI11.
struct PipelineBenchArguments {
  bench::PipelineBenchOptions options;
  bool no_bound = false;
  std::string pace, input, json, child, folder;
};

// Both must outlive the parsing.
void add_bench_pipeline(CLI::App& bench, PipelineBenchArguments& into);
// REQUIRES: parsed without an error.
bench::PipelineBenchOptions complete(const PipelineBenchArguments& arguments);

}  // namespace vigia::tools
