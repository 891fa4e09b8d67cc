#include "tools/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench_command.h"
#include "tools/soak_command.h"

namespace vigia::tools {
namespace {

// What CLI11 fills.
struct Parsed {
  CommandLine line;
  std::vector<std::string> sets;
  BenchArguments bench;
  SoakArguments soak;
};

void describe(CLI::App& app, Parsed& parsed) {
  settings::add_common(app, parsed.line.verbose);
  add_bench(*app.add_subcommand("bench", "measure parts of Vigia on this machine"), parsed.bench);
  CLI::App& soak = *app.add_subcommand("soak", "run for hours with failing cameras: does memory grow?");
  add_soak(soak, parsed.soak);
  settings::add_sets(soak, parsed.sets);
}

void complete_bench(const std::string& which, Parsed& parsed) {
  constexpr std::array<std::pair<std::string_view, Bench>, 4> kBenches{{{"memory", Bench::memory},
                                                                        {"pipeline", Bench::pipeline},
                                                                        {"detector", Bench::detector},
                                                                        {"people", Bench::people}}};
  CommandLine& line = parsed.line;
  line.bench = std::find_if(kBenches.begin(), kBenches.end(), [&](const auto& one) {
                 return one.first == which;
               })->second;
  line.memory_bench = complete(parsed.bench.memory);
  line.pipeline_bench = complete(parsed.bench.pipeline);
  line.pipeline_bench.verbose = line.verbose;
  line.detector_bench = complete(parsed.bench.detector);
  line.people_bench = complete(parsed.bench.people);
}

}  // namespace

std::variant<CommandLine, settings::Farewell> parse_command_line(int argc, const char* const* argv) {
  CLI::App app(settings::kAbout, "vigia");
  Parsed parsed;
  describe(app, parsed);
  if (auto farewell = settings::parse_arguments(app, argc, argv)) return *std::move(farewell);
  const CLI::App& verb = *app.get_subcommands().front();
  if (verb.get_name() == "bench") {
    complete_bench(verb.get_subcommands().front()->get_name(), parsed);
  } else {
    parsed.line.verb = Verb::soak;
    parsed.line.soak = complete(parsed.soak);
    parsed.line.soak.sets = parsed.sets;
    parsed.line.soak.verbose = parsed.line.verbose;
  }
  return parsed.line;
}

}  // namespace vigia::tools
