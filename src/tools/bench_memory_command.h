// The flags of 'vigia bench memory'. Threads: one thread at a time.
#pragma once

#include <string>
#include <vector>

#include "bench/bench_options.h"

namespace CLI {
class App;
}

namespace vigia::tools {

// Filled by CLI11.
struct MemoryBenchArguments {
  bench::MemoryBenchOptions options;
  std::vector<std::string> modes;
  std::string pace, limit, destroy, json, plot, child;
};

// Both must outlive the parsing.
void add_bench_memory(CLI::App& bench, MemoryBenchArguments& into);
// REQUIRES: parsed without an error.
bench::MemoryBenchOptions complete(const MemoryBenchArguments& arguments);

}  // namespace vigia::tools
