// The texts of pipeline_results.h: what people read.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "bench/pipeline_results.h"

namespace vigia::bench {
namespace {

std::string bound_text(const PipelineRun& run, const Bound& bound) {
  std::string text = fmt::format(
      "bound      {:.1f} frames a second, {:.2f} core-ms each: decode {:.2f}, prepare {:.2f}, infer {:.2f}\n",
      bound.fps, bound.core_ms, bound.decode_ms, bound.prepare_ms, bound.infer_ms);
  if (run.before && run.after) {
    text += fmt::format("           {:.1f} before the run, {:.1f} after it: {:+.1f} %\n", run.before->fps(),
                        run.after->fps(), 100 * bound.drift);
  } else if (run.after) {
    text += "           measured after the run only: with input auto it is known then what to measure\n";
  }
  return text;
}

// With the bound, if it was measured.
std::string share_text(const PipelineRun& run, const PipelineBenchOptions& options) {
  if (!options.bound) return {};
  const bool free = options.pace == Pace::free;
  const auto bound = run.bound();
  std::string text = bound ? bound_text(run, *bound) : "";
  if (const auto why = run.why_no_share()) return text + fmt::format("share      none: {}\n", *why);
  if (!bound) return text;
  if (free) {
    text += fmt::format("share      {:.1f} % of the bound's frames a second\n", 100 * *run.share_of_fps());
  }
  return text + fmt::format("{}of its core time a frame: {:.1f} %\n", free ? "           " : "share      ",
                            100 * *run.share_of_core_time());
}

// Empty where nothing was left out and the detectors were those of the start.
std::string left_out_text(const JobFigures& job) {
  std::string text;
  if (job.frames_left_out() > 0) {
    text += fmt::format("left out   {} by detector_step, {} by overload, {} without motion\n",
                        job.frames_skipped, job.frames_overload_skipped, job.frames_imotion_skipped);
  }
  const OverloadRunFigures& overload = job.overload;
  if (overload.changes > 0) {
    text += fmt::format("overload   level {} at the end: {}, step {}; {} changes, reduced for {:.1f} s\n",
                        overload.level, overload.input, overload.step, overload.changes,
                        overload.seconds_reduced);
  }
  return text;
}

std::string stages_text(const JobFigures& job) {
  std::string text = fmt::format("{:<10} {:>8} {:>8} {:>8} {:>8} {:>9}\n", "stage, ms", "p50", "p95", "p99",
                                 "max", "a frame");
  for (std::size_t i = 0; i < job.stages_ms.size(); ++i) {
    const StageFigures& stage = job.stages_ms[i];
    fmt::format_to(std::back_inserter(text), "{:<10} {:>8.2f} {:>8.2f} {:>8.2f} {:>8.2f} {:>9.3f}\n",
                   pipeline::kStageNames[i], stage.p50, stage.p95, stage.p99, stage.max, stage.a_frame);
  }
  return text;
}

std::string people_text(const PipelineRun& run) {
  if (!run.people) return {};
  const PeopleDelivered& people = *run.people;
  return fmt::format(
      "people     {} shown, {} delivered, {} lost, {} again, {} of nobody; faces of {:.0f} % of "
      "the largest size\n",
      people.people, people.delivered, people.lost_count(), people.again, people.nobody, 100 * people.size);
}

std::string clip_name(const std::string& url) {
  return url.starts_with("sim:") ? url : url.substr(url.rfind('/') + 1);
}

std::string percent(const Spread& share) {
  return fmt::format("{:.1f} %", 100 * share.median);
}

}  // namespace

std::string describe(const PipelineResults& results) {
  const PipelineBenchOptions& options = results.options;
  std::string text = to_string(results.machine) + "\n";
  for (const Clip& clip : results.clips) {
    text += fmt::format("clip {}: {}x{} {} at {:.1f} a second\n", clip_name(clip.url), clip.size.width,
                        clip.size.height, clip.codec, clip.fps);
  }
  if (options.people) {
    return text + fmt::format("in real time, each film once{}\n",
                              options.busy > 0 ? fmt::format(", on {} of the cameras", options.busy) : "");
  }
  text += fmt::format("{}, {:g} s of each run after {:g} s of warm-up",
                      options.pace == Pace::free ? "as fast as it goes, nothing dropped" : "in real time",
                      options.seconds, options.warm_up);
  if (options.bound) text += ", the bound before and after it";
  return text + "\n";
}

std::string to_text(const PipelineRun& run, const PipelineResults& results) {
  const JobFigures& job = run.job;
  std::string text = fmt::format("\n{} camera{}, {}, {} workers, {:.1f} s\n", run.cameras,
                                 run.cameras == 1 ? "" : "s", job.detector, job.workers, job.seconds);
  text += fmt::format(
      "frames     {} offered, {} never decoded, {} decoded, {} processed, {} dropped, {} left out: {:.1f} a "
      "second\n",
      job.frames_offered, job.frames_never_decoded(), job.frames_decoded, job.frames_processed,
      job.frames_dropped, job.frames_left_out(), job.fps());
  text += left_out_text(job);
  text += fmt::format("latency    p50 {:.1f} ms, p95 {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms\n",
                      job.latency_ms.p50, job.latency_ms.p95, job.latency_ms.p99, job.latency_ms.max);
  text += fmt::format("cores      {:.2f} of {} in use, {:.2f} core-ms a frame; other programs {:.2f}\n",
                      job.cores(), results.machine.cores, job.core_ms(),
                      JobFigures::per(job.foreign_cpu_seconds, job.seconds));
  text += fmt::format("memory     {} at most; longest stall {:.3f} ms\n", format_bytes(job.rss_peak_bytes),
                      job.hot_stall_max_us / 1e3);
  text +=
      fmt::format("faces      {} found, {} tracks, {} delivered, {} pending, {} failed\n", job.faces_detected,
                  job.tracks_closed, job.faces_posted, job.faces_pending, job.faces_failed);
  return text + people_text(run) + stages_text(job) + share_text(run, results.options);
}

std::string to_table(const PipelineResults& results) {
  const auto rows = rows_of(results);
  const bool free = results.options.pace == Pace::free;
  std::string text = fmt::format("\n{:>7} {:>5} {:>9} {:>17} {:>8} {:>8} {:>8} {:>8} {:>8} {:>6} {:>8} {:>8}",
                                 "cameras", "runs", "frames/s", "min..max", "lost", "left out", "p50 ms",
                                 "p99 ms", "max ms", "cores", "core-ms", "memory");
  if (results.options.people) text += fmt::format(" {:>7} {:>5} {:>6}", "people", "lost", "again");
  text += results.options.bound ? fmt::format(" {:>9}\n", "of bound") : "\n";
  for (const PipelineRow& row : rows) {
    const auto& share = free ? row.share_of_fps : row.share_of_core_time;
    fmt::format_to(
        std::back_inserter(text),
        "{:>7} {:>5} {:>9.1f} {:>17} {:>8} {:>8} {:>8.1f} {:>8.1f} {:>8.1f} {:>6.2f} {:>8.2f} {:>8}",
        row.cameras, row.runs, row.fps.median, fmt::format("{:.1f}..{:.1f}", row.fps.min, row.fps.max),
        percent(row.lost_share), percent(row.left_out_share), row.p50_ms.median, row.p99_ms.median,
        row.max_ms.median, row.cores.median, row.core_ms.median, fmt::format("{:.0f} MB", row.rss_mb.median));
    if (row.people) {
      text +=
          fmt::format(" {:>7} {:>5} {:>6}", row.people->people, row.people->lost_count(), row.people->again);
    }
    text += results.options.bound ? fmt::format(" {:>9}\n", share ? percent(*share) : "none") : "\n";
  }
  text += "medians of the runs; lost: dropped or never decoded, of what was offered";
  if (results.options.bound) text += free ? "; of bound: frames a second" : "; of bound: core time a frame";
  return text + "\n";
}

}  // namespace vigia::bench
