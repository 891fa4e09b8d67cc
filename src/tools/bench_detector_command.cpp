#include "tools/bench_detector_command.h"

#include <CLI/CLI.hpp>

#include "settings/argument_checks.h"
#include "settings/checks.h"

namespace vigia::tools {

using namespace settings;

void add_bench_detector(CLI::App& bench, DetectorBenchArguments& into) {
  bench::DetectorBenchOptions& options = into.options;
  CLI::App& detector = *bench.add_subcommand(
      "detector", "finding faces in one frame: prepare, infer, by input size, precision and threads");
  detector.fallthrough();
  detector.add_option("--model", options.model, "a YuNet .onnx file, or vigia_n; default: as detector.model")
      ->type_name("FILE");
  detector.add_option("--input", into.inputs, "input sizes; default 320x192,320x320,640x384,640x640")
      ->type_name("WxH,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(size_or("", checks::multiple_of_32));
  detector.add_option("--precision", into.precisions, "f32,bf16; default: what this CPU supports")
      ->type_name("P,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"f32", "bf16"}));
  detector.add_option("--threads", options.threads, "up to this many at once; default: one per core")
      ->type_name("N")
      ->check(number_from_to(1, 256));
  detector.add_option("--seconds", options.seconds, "length of each measurement; default 1")
      ->type_name("S")
      ->check(number_from_to(0.05, 3600.0));
  detector.add_option("--frame", into.frame, "size of the pictures; default 1280x720")
      ->type_name("WxH")
      ->check(size_or(""));
  detector.add_option("--json", into.json, "write all figures to this file, as JSON")->type_name("FILE");
}

bench::DetectorBenchOptions complete(const DetectorBenchArguments& arguments) {
  bench::DetectorBenchOptions options = arguments.options;
  // Checked before: none of these can fail.
  if (!arguments.frame.empty()) static_cast<void>(parse(RawValue::text(arguments.frame), &options.frame));
  if (!arguments.inputs.empty()) options.inputs.clear();
  for (const std::string& input : arguments.inputs) {
    static_cast<void>(parse(RawValue::text(input), &options.inputs.emplace_back()));
  }
  options.precisions = arguments.precisions;
  if (!arguments.json.empty()) options.json = arguments.json;
  return options;
}

}  // namespace vigia::tools
