#include "tools/bench_command.h"

#include <CLI/CLI.hpp>

namespace vigia::tools {

void add_bench(CLI::App& bench, BenchArguments& into) {
  bench.require_subcommand(1);
  add_bench_memory(bench, into.memory);
  add_bench_pipeline(bench, into.pipeline);
  add_bench_detector(bench, into.detector);
  add_bench_people(bench, into.people);
}

}  // namespace vigia::tools
