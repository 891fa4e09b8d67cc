// vigia: watches cameras, follows faces, delivers each person's best shot. See README.md.
#include <fmt/format.h>

#include <cstdio>
#include <system_error>

#include "base/log.h"
#include "base/signals.h"
#include "bench/bench_detector.h"
#include "bench/bench_memory.h"
#include "bench/bench_people.h"
#include "bench/bench_pipeline.h"
#include "memory/allocator.h"
#include "orchestrator/check.h"
#include "orchestrator/events.h"
#include "orchestrator/get_model.h"
#include "orchestrator/run.h"
#include "settings/command_line.h"
#include "settings/default_yaml.h"
#include "settings/demo_settings.h"
#include "settings/load.h"
#include "soak/soak.h"

namespace {

using namespace vigia;

int complain(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) fmt::print(stderr, "vigia: {}\n", line);
  return 2;
}

int start(const settings::CommandLine& command, settings::Settings settings) {
  StopSignals signals;
  if (command.verbose) settings.logging.level = "debug";
  if (const Status started = log::start(settings.logging.level); !started)
    return complain({started.error().text});
  if (command.verb == settings::Verb::check) return orchestrator::check(settings);
  orchestrator::RunOptions options;
  if (command.seconds > 0) options.seconds = command.seconds;
  options.summary = command.summary;
  return orchestrator::run(settings, options, signals);
}

int load_and_start(const settings::CommandLine& command) {
  settings::Sources sources{command.config, settings::process_environment(), command.sets};
  settings::Settings base;
  if (command.verb == settings::Verb::demo) {
    base = settings::demo_settings(command.cameras, command.faces, command.seconds);
    // Painted faces must not reach a real server, however the shell is set up.
    std::erase_if(sources.environment,
                  [](const auto& variable) { return variable.first.find("FINDFACE_") != std::string::npos; });
  }
  auto outcome = settings::load(sources, base);
  for (const std::string& line : outcome.warnings) fmt::print(stderr, "vigia: warning: {}\n", line);
  if (!outcome.settings) return complain(outcome.errors);
  if (command.verb == settings::Verb::events) return orchestrator::events(*outcome.settings, command.events);
  const auto problems = settings::problems_for_run(*outcome.settings);
  if (!problems.empty()) return complain(problems);
  const int exit_code = start(command, *std::move(outcome.settings));
  log::stop();
  return exit_code;
}

// What is wrong is said before anything is measured.
template <class Options>
int measure(const Options& options, int (*bench)(const Options&, StopSignals&)) {
  const auto problems = bench::problems(options);
  if (!problems.empty()) return complain(problems);
  StopSignals signals;
  return bench(options, signals);
}

int run_bench(const settings::CommandLine& command) {
  if (const Status started = log::start(command.verbose ? "debug" : "warning"); !started)
    return complain({started.error().text});
  int exit_code = 0;
  switch (command.bench) {
    case settings::Bench::memory:
      exit_code = measure(command.memory_bench, bench::bench_memory);
      break;
    case settings::Bench::pipeline:
      exit_code = measure(command.pipeline_bench, bench::bench_pipeline);
      break;
    case settings::Bench::detector:
      exit_code = measure(command.detector_bench, bench::bench_detector);
      break;
    case settings::Bench::people:
      exit_code = measure(command.people_bench, bench::bench_people);
      break;
  }
  log::stop();
  return exit_code;
}

int run_command(int argc, char** argv) {
  const auto parsed = settings::parse_command_line(argc, argv);
  if (const auto* const farewell = std::get_if<settings::Farewell>(&parsed)) {
    fmt::print(farewell->exit_code == 0 ? stdout : stderr, "{}\n", farewell->text);
    return farewell->exit_code;
  }
  const auto& command = std::get<settings::CommandLine>(parsed);
  if (command.print_defaults) {
    fmt::print("{}", settings::default_yaml());
    return 0;
  }
  if (command.verb == settings::Verb::model) return orchestrator::get_model(command.model);
  if (command.verb == settings::Verb::bench) return run_bench(command);
  if (command.verb == settings::Verb::soak) {
    StopSignals signals;
    return soak::run(command.soak, signals);
  }
  return load_and_start(command);
}

}  // namespace

int main(int argc, char** argv) {
  memory::prepare_allocator();
  try {
    return run_command(argc, argv);
  } catch (const std::system_error& error) {  // the log or another part without its thread
    fmt::print(stderr, "vigia: cannot go on: {}; see 'ulimit -u' and 'ulimit -n'\n", error.code().message());
    return 1;
  }
}
