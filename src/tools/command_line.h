// The command line of vigia-tools: bench memory | pipeline | detector | people, and soak. To the user these
// are commands of vigia, which starts this program for them. Nothing is read, opened or printed here.
// Threads: one thread at a time.
#pragma once

#include <variant>

#include "bench/bench_options.h"
#include "bench/detector_bench_options.h"
#include "bench/people_bench_options.h"
#include "bench/pipeline_bench_options.h"
#include "settings/arguments.h"
#include "soak/soak_options.h"

namespace vigia::tools {

enum class Verb { bench, soak };
enum class Bench { memory, pipeline, detector, people };

struct CommandLine {
  Verb verb = Verb::bench;
  bool verbose = false;         // logging.level=debug
  Bench bench = Bench::memory;  // which; of the next four the others are unused
  bench::MemoryBenchOptions memory_bench;
  bench::PipelineBenchOptions pipeline_bench;
  bench::DetectorBenchOptions detector_bench;
  bench::PeopleBenchOptions people_bench;
  soak::SoakOptions soak;

  bool operator==(const CommandLine&) const = default;
};

std::variant<CommandLine, settings::Farewell> parse_command_line(int argc, const char* const* argv);

}  // namespace vigia::tools
