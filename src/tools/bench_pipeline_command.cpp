#include "tools/bench_pipeline_command.h"

#include <CLI/CLI.hpp>

#include "settings/argument_checks.h"
#include "settings/checks.h"

namespace vigia::tools {

using namespace settings;
namespace {

void add_work(CLI::App& pipeline, PipelineBenchArguments& into) {
  bench::PipelineBenchOptions& options = into.options;
  pipeline
      .add_option("--clip", options.clips, "videos (or sim: scenes) that the cameras take in turn, looped")
      ->type_name("FILE...")
      ->expected(1, 1000);
  pipeline
      .add_option("--cameras", options.cameras,
                  "number of cameras; default 8; a list (1,2,4) runs each number")
      ->type_name("N,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(number_from_to(1, 256));
  pipeline
      .add_option("--pace", into.pace, "realtime (default), or free: as fast as possible, nothing dropped")
      ->type_name("PACE")
      ->check(one_of("realtime", "free"));
  pipeline.add_option("--seconds", options.seconds, "measured time of each run; default 30")
      ->type_name("S")
      ->check(number_from_to(0.5, 1e6));
  pipeline.add_option("--warm-up", options.warm_up, "seconds before that; default 3")
      ->type_name("S")
      ->check(number_from_to(0.0, 3600.0));
  pipeline.add_option("--repeat", options.repeat, "runs for each number of cameras; default 1")
      ->type_name("N")
      ->check(number_from_to(1, 1000));
  pipeline.add_flag(
      "--people", options.people,
      "the clips are films with known people (scenes with an end, or files with NAME.json beside "
      "them), shown once: count who is delivered");
  pipeline.add_option("--busy", options.busy, "with --people: so many cameras show films; default all")
      ->type_name("N")
      ->check(number_from_to(1, 256));
  pipeline
      .add_option("--idle", options.idle,
                  "with --people: what the others show; default the scene's room with nobody in it")
      ->type_name("FILE");
  pipeline.add_flag("--no-bound", into.no_bound, "leave out the bound: decode, prepare and infer alone");
}

void add_detector(CLI::App& pipeline, PipelineBenchArguments& into) {
  bench::PipelineBenchOptions& options = into.options;
  pipeline.add_option("--model", options.model, "a YuNet .onnx file; default: as detector.model")
      ->type_name("FILE");
  pipeline
      .add_option("--input", into.input,
                  "size of the model's input; default auto: what the machine keeps up with")
      ->type_name("WxH")
      ->check(size_or("auto", checks::multiple_of_32));
  pipeline.add_option("--precision", options.precision, "auto (default), f32 or bf16")
      ->type_name("P")
      ->check(CLI::IsMember({"auto", "f32", "bf16"}));
  pipeline.add_option("--set", options.sets, "a setting of the main job, e.g. detector.workers=1")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

void add_bench_pipeline(CLI::App& bench, PipelineBenchArguments& into) {
  CLI::App& pipeline = *bench.add_subcommand(
      "pipeline", "the main job on clips, beside its bound: decode, prepare and infer alone");
  pipeline.fallthrough();
  add_work(pipeline, into);
  add_detector(pipeline, into);
  pipeline.add_option("--json", into.json, "write all figures to this file, as JSON")->type_name("FILE");
  // How vigia starts itself.
  pipeline.add_option("--child", into.child)->group("")->check(one_of("job", "bound"));
  pipeline.add_option("--folder", into.folder)->group("");
}

bench::PipelineBenchOptions complete(const PipelineBenchArguments& arguments) {
  bench::PipelineBenchOptions options = arguments.options;
  if (arguments.pace == "free") options.pace = bench::Pace::free;
  // Checked before: it cannot fail.
  if (!arguments.input.empty()) static_cast<void>(parse(RawValue::text(arguments.input), &options.input));
  options.bound = !arguments.no_bound && !options.people;
  if (!arguments.json.empty()) options.json = arguments.json;
  if (arguments.child == "job") options.child = bench::PipelineStep::job;
  if (arguments.child == "bound") options.child = bench::PipelineStep::bound;
  options.folder = arguments.folder;
  return options;
}

}  // namespace vigia::tools
