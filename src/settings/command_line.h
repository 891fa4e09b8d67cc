// The command line: vigia run | demo | check | events | model | bench | soak. Nothing is read, opened or
// printed here. Threads: one thread at a time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bench/bench_options.h"
#include "bench/detector_bench_options.h"
#include "bench/people_bench_options.h"
#include "bench/pipeline_bench_options.h"
#include "ledger/events_options.h"
#include "settings/model_options.h"
#include "soak/soak_options.h"

namespace vigia::settings {

enum class Verb { run, demo, check, events, model, bench, soak };
enum class Bench { memory, pipeline, detector, people };

struct CommandLine {
  Verb verb = Verb::run;
  std::optional<std::filesystem::path> config;   // run, check, events: the settings file
  std::vector<std::string> sets;                 // "memory.gc_interval=2", in order
  double seconds = 0;                            // run, demo: how long; 0: until stopped
  std::optional<std::filesystem::path> summary;  // run, demo: where the numbers go
  int cameras = 2;                               // demo
  int faces = 4;                                 // demo: people in front of each camera
  bool print_defaults = false;                   // check: print default_yaml() and nothing else
  bool verbose = false;                          // logging.level=debug
  ledger::EventsOptions events;                  // events
  ModelOptions model;                            // model
  Bench bench = Bench::memory;                   // bench: which; of the next four the others are unused
  bench::MemoryBenchOptions memory_bench;
  bench::PipelineBenchOptions pipeline_bench;
  bench::DetectorBenchOptions detector_bench;
  bench::PeopleBenchOptions people_bench;
  soak::SoakOptions soak;  // soak: complete, with sets and verbose

  bool operator==(const CommandLine&) const = default;
};

// Nothing to run: print `text` (to standard output when exit_code is 0, else to standard error) and exit.
struct Farewell {
  int exit_code = 0;  // 0: help or version; 2: wrong arguments, `text` is one line
  std::string text;   // without the last line end
};

std::variant<CommandLine, Farewell> parse_command_line(int argc, const char* const* argv);

}  // namespace vigia::settings
