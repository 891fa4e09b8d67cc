// The flags of 'vigia bench memory'. Threads: one thread at a time.
#pragma once

#include <string>
#include <vector>

#include "bench/bench_options.h"

namespace CLI {
class App;
}

namespace vigia::settings {

// What CLI11 fills.
struct BenchArguments {
  bench::MemoryBenchOptions memory;
  std::vector<std::string> modes;
  std::string pace, limit, destroy, json, plot, child;
};

// Both outlive the parsing.
void add_bench(CLI::App& bench, BenchArguments& into);
// REQUIRES: parsed without an error.
bench::MemoryBenchOptions complete(const BenchArguments& arguments);

}  // namespace vigia::settings
