#include "tools/bench_memory_command.h"

#include <CLI/CLI.hpp>
#include <limits>

#include "settings/argument_checks.h"

namespace vigia::tools {

using namespace settings;
namespace {

using bench::Mode;
using bench::Pace;

constexpr std::string_view kDestroy = "destroy";  // both modes that do

std::string mode_names() {
  std::string names;
  for (const auto& [mode, name] : bench::kModeNames) names += std::string(name) + ", ";
  return names + "or destroy for the last two";
}

std::string check_mode(const std::string& text) {
  if (text == kDestroy || bench::mode_from(text)) return {};
  return shown(RawValue::text(text), false) + " is not a mode";
}

std::string check_child(const std::string& text) {
  return bench::mode_from(text) ? std::string{} : "is for vigia's own use";
}

ArgumentCheck bytes_from(Bytes at_least) {
  return [at_least](const std::string& text) -> std::string {
    Bytes bytes = 0;
    if (const auto wrong = parse(RawValue::text(text), &bytes)) {
      return shown(RawValue::text(text), false) + " is not a size such as 512M or 2G";
    }
    if (bytes >= at_least) return {};
    return fmt::format("{} is too little; {}M at least", shown(RawValue::text(text), false), at_least >> 20);
  };
}

void add_work(CLI::App& memory, MemoryBenchArguments& into) {
  bench::MemoryBenchOptions& options = into.options;
  memory.add_option("--cameras", options.cameras, "cameras of 1280x720 at 30 fps; default 8")
      ->type_name("N")
      ->check(number_from_to(1, 64));
  memory.add_option("--seconds", options.seconds, "length of each mode; default 10")
      ->type_name("S")
      ->check(number_from_to(0.5, 1e6));
  memory.add_option("--modes", into.modes, "some of " + mode_names() + "; default: all")
      ->type_name("A,B")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(check_mode);
  memory.add_option("--pace", into.pace, "realtime (default), or free: as fast as possible")
      ->type_name("PACE")
      ->check(one_of("realtime", "free"));
  memory.add_option("--seed", options.seed, "random seed of when people appear; default 1")
      ->type_name("N")
      ->check(number_from_to(0, std::numeric_limits<int>::max()));
}

void add_memory(CLI::App& memory, MemoryBenchArguments& into) {
  bench::MemoryBenchOptions& options = into.options;
  memory
      .add_option("--limit", into.limit,
                  "end a mode that holds this much; default 1G, or 90 % of the memory if that is less")
      ->type_name("BYTES")
      ->check(bytes_from(64_MiB));
  memory.add_flag("--until-killed", options.until_killed,
                  "no limit other than the kernel's; only inside a cgroup");
  memory.add_option("--gc-interval", options.gc_interval, "seconds between background passes; default 5")
      ->type_name("S")
      ->check(number_from_to(0.01, 3600.0));
  memory.add_option("--destroy", into.destroy, "how much the destroy modes free at once; default 1G")
      ->type_name("BYTES")
      ->check(bytes_from(16_MiB));
}

}  // namespace

void add_bench_memory(CLI::App& bench, MemoryBenchArguments& into) {
  CLI::App& memory = *bench.add_subcommand(
      "memory", "what freeing memory costs: inline, in the background, as Vigia does it, never");
  memory.fallthrough();
  add_work(memory, into);
  add_memory(memory, into);
  memory.add_option("--json", into.json, "write all figures to this file, as JSON")->type_name("FILE");
  memory.add_option("--plot", into.plot, "draw memory and stalls over time to this file, as SVG")
      ->type_name("FILE");
  memory.add_option("--child", into.child)->group("")->check(check_child);  // how vigia starts itself
}

bench::MemoryBenchOptions complete(const MemoryBenchArguments& arguments) {
  bench::MemoryBenchOptions options = arguments.options;
  // Checked before: none of these can fail.
  const auto read_bytes = [](const std::string& text, Bytes& into) {
    if (!text.empty()) static_cast<void>(parse(RawValue::text(text), &into));
  };
  read_bytes(arguments.limit, options.limit);
  read_bytes(arguments.destroy, options.destroy);
  if (arguments.pace == "free") options.pace = Pace::free;
  if (!arguments.modes.empty()) options.modes.clear();
  for (const std::string& name : arguments.modes) {
    if (name == kDestroy) {
      options.modes.insert(options.modes.end(), {Mode::destroy_inline, Mode::destroy_background});
    } else {
      options.modes.push_back(*bench::mode_from(name));
    }
  }
  if (!arguments.json.empty()) options.json = arguments.json;
  if (!arguments.plot.empty()) options.plot = arguments.plot;
  options.child = bench::mode_from(arguments.child);
  return options;
}

}  // namespace vigia::tools
