// The flags of 'vigia bench people'. Threads: one thread at a time.
#pragma once

#include <string>
#include <vector>

#include "bench/people_bench_options.h"

namespace CLI {
class App;
}

namespace vigia::tools {

// Filled by CLI11.
struct PeopleBenchArguments {
  bench::PeopleBenchOptions options;
  std::vector<std::string> films, tracks;
  std::string input, frame, json;
};

// Both must outlive the parsing.
void add_bench_people(CLI::App& bench, PeopleBenchArguments& into);
// REQUIRES: parsed without an error.
bench::PeopleBenchOptions complete(const PeopleBenchArguments& arguments);

}  // namespace vigia::tools
