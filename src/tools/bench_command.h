// The flags of 'vigia bench', whatever is measured. Threads: one thread at a time.
#pragma once

#include "tools/bench_detector_command.h"
#include "tools/bench_memory_command.h"
#include "tools/bench_people_command.h"
#include "tools/bench_pipeline_command.h"

namespace CLI {
class App;
}

namespace vigia::tools {

// Filled by CLI11.
struct BenchArguments {
  MemoryBenchArguments memory;
  PipelineBenchArguments pipeline;
  DetectorBenchArguments detector;
  PeopleBenchArguments people;
};

// Both must outlive the parsing.
void add_bench(CLI::App& bench, BenchArguments& into);

}  // namespace vigia::tools
