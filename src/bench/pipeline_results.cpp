#include "bench/pipeline_results.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/machine_json.h"
#include "bench/pipeline_report_json.h"

namespace vigia::bench {
namespace {

Json bound_json(const Bound& bound) {
  return {{"fps", rounded(bound.fps)},
          {"core_ms", rounded(bound.core_ms)},
          {"decode_ms", rounded(bound.decode_ms)},
          {"prepare_ms", rounded(bound.prepare_ms)},
          {"infer_ms", rounded(bound.infer_ms)},
          {"drift", rounded(bound.drift)}};
}

Json people_json(const PeopleDelivered& people) {
  return {{"people", people.people},    {"delivered", people.delivered}, {"lost", people.lost_count()},
          {"again", people.again},      {"nobody", people.nobody},       {"size", rounded(people.size)},
          {"who_was_lost", people.lost}};
}

Json run_json(const PipelineRun& run) {
  Json json = {{"cameras", run.cameras}, {"round", run.round}};
  each_field(run.job, WriteField{json["job"]});
  json["job"]["frames_never_decoded"] = run.job.frames_never_decoded();
  json["job"]["fps"] = rounded(run.job.fps());
  json["job"]["cores"] = rounded(run.job.cores());
  json["job"]["core_ms"] = rounded(run.job.core_ms());
  if (run.people) json["people"] = people_json(*run.people);
  if (run.before) each_field(*run.before, WriteField{json["bound_before"]});
  if (run.after) each_field(*run.after, WriteField{json["bound_after"]});
  if (const auto bound = run.bound()) json["bound"] = bound_json(*bound);
  if (const auto why = run.why_no_share()) json["why_no_share"] = *why;
  if (const auto share = run.share_of_fps()) json["share_of_fps"] = rounded(*share);
  if (const auto share = run.share_of_core_time()) json["share_of_core_time"] = rounded(*share);
  return json;
}

Json spread_json(const Spread& spread) {
  return {{"median", rounded(spread.median)}, {"min", rounded(spread.min)}, {"max", rounded(spread.max)}};
}

Json row_json(const PipelineRow& row, bool free) {
  Json json = {{"cameras", row.cameras},
               {"runs", row.runs},
               {"fps", spread_json(row.fps)},
               {"dropped_share", spread_json(row.dropped_share)},
               {"lost_share", spread_json(row.lost_share)},
               {"left_out_share", spread_json(row.left_out_share)},
               {"latency_p50_ms", spread_json(row.p50_ms)},
               {"latency_p99_ms", spread_json(row.p99_ms)},
               {"latency_max_ms", spread_json(row.max_ms)},
               {"cores", spread_json(row.cores)},
               {"core_ms", spread_json(row.core_ms)},
               {"rss_peak_mb", spread_json(row.rss_mb)}};
  if (free && row.share_of_fps) json["share_of_fps"] = spread_json(*row.share_of_fps);
  if (row.people) json["people"] = people_json(*row.people);
  if (row.share_of_core_time) json["share_of_core_time"] = spread_json(*row.share_of_core_time);
  return json;
}

Json options_json(const PipelineBenchOptions& options) {
  return {{"cameras", options.cameras},
          {"pace", options.pace == Pace::free ? "free" : "realtime"},
          {"input", options.input == domain::Size{}
                        ? "auto"
                        : std::to_string(options.input.width) + "x" + std::to_string(options.input.height)},
          {"precision", options.precision},
          {"model", options.model},
          {"seconds", options.seconds},
          {"warm_up", options.warm_up},
          {"repeat", options.repeat},
          {"bound", options.bound},
          {"people", options.people},
          {"busy", options.busy},
          {"idle", options.idle},
          {"set", options.sets}};
}

template <class Figure>
Spread spread(const std::vector<const PipelineRun*>& runs, const Figure& figure) {
  std::vector<double> values;
  for (const PipelineRun* const run : runs) values.push_back(figure(*run));
  return spread_of(std::move(values));
}

template <class Figure>
std::optional<Spread> spread_of_those(const std::vector<const PipelineRun*>& runs, const Figure& figure) {
  std::vector<double> values;
  for (const PipelineRun* const run : runs) {
    if (const std::optional<double> value = figure(*run)) values.push_back(*value);
  }
  if (values.empty()) return std::nullopt;
  return spread_of(std::move(values));
}

PipelineRow row_of(int cameras, const std::vector<const PipelineRun*>& runs) {
  using Run = PipelineRun;
  PipelineRow row{.cameras = cameras, .runs = static_cast<int>(runs.size())};
  row.fps = spread(runs, [](const Run& run) { return run.job.fps(); });
  row.dropped_share = spread(runs, [](const Run& run) { return run.job.dropped_share(); });
  row.lost_share = spread(runs, [](const Run& run) { return run.job.lost_share(); });
  row.left_out_share = spread(runs, [](const Run& run) { return run.job.left_out_share(); });
  row.p50_ms = spread(runs, [](const Run& run) { return run.job.latency_ms.p50; });
  row.p99_ms = spread(runs, [](const Run& run) { return run.job.latency_ms.p99; });
  row.max_ms = spread(runs, [](const Run& run) { return run.job.latency_ms.max; });
  row.cores = spread(runs, [](const Run& run) { return run.job.cores(); });
  row.core_ms = spread(runs, [](const Run& run) { return run.job.core_ms(); });
  row.rss_mb = spread(runs, [](const Run& run) { return static_cast<double>(run.job.rss_peak_bytes) / 1e6; });
  row.share_of_fps = spread_of_those(runs, [](const Run& run) { return run.share_of_fps(); });
  row.share_of_core_time = spread_of_those(runs, [](const Run& run) { return run.share_of_core_time(); });
  for (const PipelineRun* const run : runs) {
    if (!run->people) continue;
    if (!row.people) row.people.emplace();
    row.people->add(*run->people);
  }
  return row;
}

}  // namespace

std::optional<Bound> PipelineRun::bound() const {
  if (!before && !after) return std::nullopt;
  Bound bound;
  double frames = 0, seconds = 0, cpu = 0;
  for (const auto* const part : {&before, &after}) {
    if (!*part) continue;
    const BoundFigures& report = **part;
    const auto weight = static_cast<double>(report.frames);
    frames += weight;
    seconds += report.seconds;
    cpu += report.cpu_seconds;
    bound.decode_ms += weight * report.decode_ms;
    bound.prepare_ms += weight * report.prepare_ms;
    bound.infer_ms += weight * report.infer_ms;
  }
  for (double* const sum : {&bound.decode_ms, &bound.prepare_ms, &bound.infer_ms}) {
    *sum = JobFigures::per(*sum, frames);
  }
  bound.fps = JobFigures::per(frames, seconds);
  bound.core_ms = JobFigures::per(cpu * 1e3, frames);
  if (before && after && before->fps() > 0) bound.drift = after->fps() / before->fps() - 1;
  return bound;
}

std::optional<std::string> PipelineRun::why_no_share() const {
  if (job.overload.changes > 0) {
    return fmt::format("the job ran at several levels ({} changes), the bound is of one input",
                       job.overload.changes);
  }
  if (job.frames_left_out() > 0) {
    return fmt::format("the job left out {} frames, the bound looks at each", job.frames_left_out());
  }
  return std::nullopt;
}

std::optional<double> PipelineRun::share_of_fps() const {
  const auto whole = bound();
  if (!whole || why_no_share()) return std::nullopt;
  return JobFigures::per(job.fps(), whole->fps);
}

std::optional<double> PipelineRun::share_of_core_time() const {
  const auto whole = bound();
  if (!whole || why_no_share()) return std::nullopt;
  return JobFigures::per(whole->core_ms, job.core_ms());
}

std::vector<PipelineRow> rows_of(const PipelineResults& results) {
  std::vector<PipelineRow> rows;
  for (const int cameras : results.options.cameras) {
    std::vector<const PipelineRun*> runs;
    for (const PipelineRun& run : results.runs) {
      if (run.cameras == cameras) runs.push_back(&run);
    }
    if (!runs.empty()) rows.push_back(row_of(cameras, runs));
  }
  return rows;
}

std::string to_json(const PipelineResults& results) {
  const bool free = results.options.pace == Pace::free;
  Json json = {{"machine", machine_json(results.machine)},
               {"options", options_json(results.options)},
               {"clips", Json::array()},
               {"stopped", results.stopped},
               {"runs", Json::array()},
               {"medians", Json::array()}};
  for (const Clip& clip : results.clips) {
    json["clips"].push_back({{"url", clip.url},
                             {"width", clip.size.width},
                             {"height", clip.size.height},
                             {"codec", clip.codec},
                             {"fps", rounded(clip.fps)}});
  }
  for (const PipelineRun& run : results.runs) json["runs"].push_back(run_json(run));
  for (const PipelineRow& row : rows_of(results)) json["medians"].push_back(row_json(row, free));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace vigia::bench
