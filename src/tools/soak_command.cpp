#include "tools/soak_command.h"

#include <CLI/CLI.hpp>
#include <map>
#include <string_view>

#include "settings/argument_checks.h"

namespace vigia::tools {

using namespace settings;
namespace {

using soak::FaultIntensity;

std::string check_bytes(const std::string& text) {
  Bytes bytes = 0;
  return parse(RawValue::text(text), &bytes)
             ? shown(RawValue::text(text), false) + " is not a size such as 512M or 2G"
             : std::string{};
}

void add_cameras(CLI::App& verb, soak::SoakOptions& options) {
  verb.add_option("--cameras", options.cameras, "number of cameras; default 4, or as many as clips")
      ->type_name("N")
      ->check(number_from_to(1, 64));
  verb.add_option("--clip", options.clips, "a video that a camera shows in a loop; default: synthetic scenes")
      ->type_name("FILE");
  verb.add_option("--size", options.size, "size of synthetic scenes; default 1280x720")->type_name("WxH");
  verb.add_option("--fps", options.fps, "frames a second of synthetic scenes; default 25")
      ->type_name("N")
      ->check(number_from_to(1.0, 60.0));
  verb.add_option("--seed", options.seed, "random seed of faults and scenes; default 1")->type_name("N");
}

void add_bounds(CLI::App& verb, SoakArguments& into) {
  verb.add_option("--faults", into.faults, "none, calm, normal (default) or storm")
      ->type_name("LEVEL")
      ->check(CLI::IsMember({"none", "calm", "normal", "storm"}));
  verb.add_option("--findface", into.findface,
                  "on (default): send faces to a FindFace server; off: to a folder")
      ->type_name("on|off")
      ->check(CLI::IsMember({"on", "off"}));
  verb.add_option("--max-growth", into.max_growth, "allowed growth of memory per hour; default 8M")
      ->type_name("BYTES")
      ->check(check_bytes);
  verb.add_option("--max-rss", into.max_rss, "allowed memory at any time; default: the budget plus 256M")
      ->type_name("BYTES")
      ->check(check_bytes);
  verb.add_option("--report", into.report, "write all figures to this file, as JSON")->type_name("FILE");
  verb.add_option("--plot", into.plot, "draw memory over time to this file, as SVG")->type_name("FILE");
}

}  // namespace

void add_soak(CLI::App& soak, SoakArguments& into) {
  CLI::Option* const hours = soak.add_option("--hours", into.hours, "length of the run; default 8")
                                 ->type_name("H")
                                 ->check(number_from_to(0.001, 10000.0));
  soak.add_option("--seconds", into.seconds, "the same in seconds")
      ->type_name("N")
      ->check(number_from_to(1.0, 4e7))
      ->excludes(hours);
  add_cameras(soak, into.options);
  add_bounds(soak, into);
}

soak::SoakOptions complete(const SoakArguments& arguments) {
  soak::SoakOptions options = arguments.options;
  if (arguments.hours > 0) options.seconds = arguments.hours * 3600;
  if (arguments.seconds > 0) options.seconds = arguments.seconds;
  static const std::map<std::string_view, FaultIntensity> kLevels{{"none", FaultIntensity::none},
                                                                  {"calm", FaultIntensity::calm},
                                                                  {"normal", FaultIntensity::normal},
                                                                  {"storm", FaultIntensity::storm}};
  options.faults = kLevels.at(arguments.faults);
  options.findface = arguments.findface == "on";
  // Checked before: neither can fail.
  if (!arguments.max_growth.empty())
    static_cast<void>(parse(RawValue::text(arguments.max_growth), &options.max_growth));
  if (!arguments.max_rss.empty())
    static_cast<void>(parse(RawValue::text(arguments.max_rss), &options.max_rss));
  if (!arguments.report.empty()) options.report = arguments.report;
  if (!arguments.plot.empty()) options.plot = arguments.plot;
  return options;
}

}  // namespace vigia::tools
