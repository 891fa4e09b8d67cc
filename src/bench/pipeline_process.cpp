#include "bench/pipeline_process.h"

#include <fmt/format.h>
#include <signal.h>

#include <cstdio>

#include "bench/bare_loop.h"
#include "bench/pipeline_job.h"
#include "bench/pipeline_settings.h"
#include "testing/child.h"

namespace vigia::bench {
namespace {

using namespace std::chrono_literals;

double offered_fps(const PipelineBenchOptions& options, const std::vector<Clip>& clips) {
  double fps = 0;
  if (options.pace == Pace::free) return fps;
  // Films end before the run does.
  const double shown = options.people ? (options.seconds - kAfterFilm) / options.seconds : 1;
  const int cameras = options.cameras.front();
  for (int i = 0; i < cameras; ++i) {
    fps += clip_of(clips, i).fps * (i < options.busy_of(cameras) ? shown : 1);
  }
  return fps;
}

Result<std::string> do_step(const PipelineBenchOptions& options, StopSignals& signals) {
  const auto clips = look_at_clips(options.clips);
  if (!clips) return clips.error();
  const auto settings = pipeline_settings(options, options.cameras.front(), *clips, options.folder);
  if (!settings) return settings.error();
  if (options.child == PipelineStep::bound) {
    const auto report = measure_bound(*settings, {options.warm_up, options.seconds}, signals);
    if (!report) return report.error();
    return to_line(*report);
  }
  const auto report =
      measure_job(*settings, {options.warm_up, options.seconds, offered_fps(options, *clips)}, signals);
  if (!report) return report.error();
  return to_line(*report);
}

}  // namespace

std::vector<std::string> child_arguments(const PipelineBenchOptions& options) {
  std::vector<std::string> words{"vigia", "bench", "pipeline"};
  const auto add = [&words](std::string_view name, auto value) {
    words.emplace_back(name);
    words.push_back(fmt::format("{}", value));
  };
  add("--cameras", options.cameras.front());
  for (const std::string& clip : options.clips) add("--clip", clip);
  add("--pace", options.pace == Pace::realtime ? "realtime" : "free");
  if (options.input != domain::Size{})
    add("--input", fmt::format("{}x{}", options.input.width, options.input.height));
  add("--precision", options.precision);
  if (!options.model.empty()) add("--model", options.model);
  add("--seconds", options.seconds);
  add("--warm-up", options.warm_up);
  for (const std::string& set : options.sets) add("--set", set);
  if (options.people) words.emplace_back("--people");
  if (options.busy > 0) add("--busy", options.busy);
  if (!options.idle.empty()) add("--idle", options.idle);
  if (options.verbose) words.emplace_back("--verbose");
  add("--child", options.child == PipelineStep::bound ? "bound" : "job");
  add("--folder", options.folder.string());
  return words;
}

Result<std::string> run_step_in_process(const PipelineBenchOptions& options, StopSignals& signals) {
  auto process = testing::Child::start(testing::this_program(child_arguments(options)));
  if (!process) return process.error();
  bool stopped = false;
  std::string text;
  while ((*process)->read(text, 50ms)) {
    if (!signals.wait_for(0ms)) continue;
    stopped = true;
    (*process)->signal(SIGTERM);
    signals.exit_on_next();  // once more: at once, and that process dies with this one
  }
  (*process)->wait();
  if (stopped || signals.wait_for(0ms)) return Error{ErrorCode::cancelled, "stopped"};
  if (!text.ends_with('\n')) return Error{ErrorCode::unavailable, "a run ended without figures"};
  text.pop_back();
  return text;
}

int run_step_here(const PipelineBenchOptions& options, StopSignals& signals) {
  const auto line = do_step(options, signals);
  if (!line) {
    fmt::print(stderr, "vigia: {}\n", line.error().text);
    return 2;
  }
  fmt::print("{}\n", *line);
  std::fflush(stdout);
  return 0;
}

}  // namespace vigia::bench
