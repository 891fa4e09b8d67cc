#include "tools/bench_people_command.h"

#include <CLI/CLI.hpp>

#include "settings/argument_checks.h"
#include "settings/checks.h"

namespace vigia::tools {

using namespace settings;
namespace {

void add_people(CLI::App& people, PeopleBenchArguments& into) {
  bench::PeopleBenchOptions& options = into.options;
  people
      .add_option("--films", into.films,
                  "folders of films, NAME.mp4 with NAME.json that says who is in it; or films")
      ->type_name("DIR...")
      ->expected(1, 1000);
  people.add_option("--only", options.only, "only the films of these names")
      ->type_name("NAME,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  people
      .add_option("--tracks", into.tracks,
                  "files of faces with identities, without pictures: measures tracking alone")
      ->type_name("FILE...")
      ->expected(1, 1000);
  people.add_option("--sim", options.scenes, "synthetic scenes: turnstile,crossing,queue, ...; or all")
      ->type_name("SCENE,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  people.add_option("--people", options.people, "with --sim: show at least this many; default 20")
      ->type_name("N")
      ->check(number_from_to(1, 100'000));
  people.add_option("--seed", options.seed, "with --sim: random seed of people and walks; default 1")
      ->type_name("N");
  people.add_option("--fps", options.fps, "with --sim and --tracks: frames a second; default 25")
      ->type_name("N")
      ->check(number_from_to(0.1, 1000.0));
  people.add_option("--frame", into.frame, "with --tracks: size of the picture; default 1920x1080")
      ->type_name("WxH")
      ->check(size_or(""));
}

void add_detector(CLI::App& people, PeopleBenchArguments& into) {
  bench::PeopleBenchOptions& options = into.options;
  people.add_option("--model", options.model, "a YuNet .onnx file, or vigia_n; default: as detector.model")
      ->type_name("FILE");
  people.add_option("--input", into.input, "size of the model's input; default 640x384")
      ->type_name("WxH")
      ->check(size_or("", checks::multiple_of_32));
  people.add_option("--precision", options.precision, "auto (default), f32 or bf16")
      ->type_name("P")
      ->check(CLI::IsMember({"auto", "f32", "bf16"}));
  people.add_option("--set", options.sets, "a setting of the main job, e.g. defaults.filter_min_size=20")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

void add_bench_people(CLI::App& bench, PeopleBenchArguments& into) {
  CLI::App& people = *bench.add_subcommand(
      "people", "is each person in a film delivered once? and how well are faces joined to tracks?");
  people.fallthrough();
  add_people(people, into);
  add_detector(people, into);
  people.add_option("--workers", into.options.workers, "films at a time; default: one per core")
      ->type_name("N")
      ->check(number_from_to(1, 256));
  people.add_option("--json", into.json, "write all figures to this file, as JSON")->type_name("FILE");
}

bench::PeopleBenchOptions complete(const PeopleBenchArguments& arguments) {
  bench::PeopleBenchOptions options = arguments.options;
  options.films.assign(arguments.films.begin(), arguments.films.end());
  options.tracks.assign(arguments.tracks.begin(), arguments.tracks.end());
  // Checked before: none of these can fail.
  if (!arguments.input.empty()) static_cast<void>(parse(RawValue::text(arguments.input), &options.input));
  if (!arguments.frame.empty()) static_cast<void>(parse(RawValue::text(arguments.frame), &options.frame));
  if (!arguments.json.empty()) options.json = arguments.json;
  return options;
}

}  // namespace vigia::tools
