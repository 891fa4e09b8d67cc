// vigia-tools: measures and tests Vigia. `vigia bench` and `vigia soak` start it.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "base/core_dumps.h"
#include "base/log.h"
#include "base/signals.h"
#include "bench/bench_detector.h"
#include "bench/bench_memory.h"
#include "bench/bench_people.h"
#include "bench/bench_pipeline.h"
#include "memory/allocator.h"
#include "settings/load.h"
#include "settings/play.h"
#include "soak/soak.h"
#include "tools/command_line.h"

namespace {

using namespace vigia;

int complain(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) fmt::print(stderr, "vigia: {}\n", line);
  return 2;
}

// Errors in the options are printed before anything is measured.
template <class Options>
int measure(const Options& options, int (*bench)(const Options&, StopSignals&)) {
  const auto problems = bench::problems(options);
  if (!problems.empty()) return complain(problems);
  StopSignals signals;
  return bench(options, signals);
}

int run_bench(const tools::CommandLine& command) {
  switch (command.bench) {
    case tools::Bench::memory:
      return measure(command.memory_bench, bench::bench_memory);
    case tools::Bench::pipeline:
      return measure(command.pipeline_bench, bench::bench_pipeline);
    case tools::Bench::detector:
      return measure(command.detector_bench, bench::bench_detector);
    case tools::Bench::people:
      return measure(command.people_bench, bench::bench_people);
  }
  return 2;
}

// Limits the environment of this process and of those that it starts (the main job of a soak, steps of a
// bench).
void clear_environment() {
  auto environment = settings::process_environment();
  const std::vector<std::string> left_out = settings::leave_out_in_play(environment);
  for (const std::string& variable : left_out) ::unsetenv(variable.c_str());
  if (!left_out.empty()) fmt::print(stderr, "vigia: {}\n", settings::left_out_text(left_out));
}

int run_command(int argc, char** argv) {
  const auto parsed = tools::parse_command_line(argc, argv);
  if (const auto* const farewell = std::get_if<settings::Farewell>(&parsed)) {
    fmt::print(farewell->exit_code == 0 ? stdout : stderr, "{}\n", farewell->text);
    return farewell->exit_code;
  }
  const auto& command = std::get<tools::CommandLine>(parsed);
  clear_environment();
  if (command.verb == tools::Verb::soak) {
    StopSignals signals;
    return soak::run(command.soak, signals);
  }
  if (const Status started = log::start({.level = command.verbose ? "debug" : "warning"}); !started)
    return complain({started.error().text});
  const int exit_code = run_bench(command);
  log::stop();
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  leave_no_core_dumps();
  memory::prepare_allocator();
  try {
    return run_command(argc, argv);
  } catch (const std::system_error& error) {  // the log or another part without its thread
    fmt::print(stderr, "vigia: cannot go on: {}; see 'ulimit -u' and 'ulimit -n'\n", error.code().message());
    return 1;
  }
}
