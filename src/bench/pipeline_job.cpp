#include "bench/pipeline_job.h"

#include <cmath>

#include "bench/machine_load.h"
#include "orchestrator/orchestrator.h"

namespace vigia::bench {
namespace {

using namespace std::chrono_literals;
using orchestrator::Orchestrator;
using status::CameraStatus;
using status::LoadStatus;
using status::Snapshot;

// The values of all counters at one moment.
struct Mark {
  explicit Mark(const Orchestrator& vigia)
      : machine_cpu(machine_cpu_seconds()),
        summary(vigia.snapshot()),
        whole(vigia.latency().whole.snapshot()) {
    for (const Histogram& stage : vigia.latency().stages) stages.push_back(stage.snapshot());
  }

  double machine_cpu;
  Snapshot summary;
  Histogram::Snapshot whole;
  std::vector<Histogram::Snapshot> stages;
};

StageFigures stage_between(const Histogram::Snapshot& before, const Histogram::Snapshot& after,
                           std::uint64_t frames) {
  const Histogram::Snapshot between = after.since(before);
  const auto p = between.percentiles(1ms);
  return {p.p50, p.p95,   p.p99,
          p.max, p.count, JobFigures::per(to_seconds(between.sum()) * 1e3, static_cast<double>(frames))};
}

OverloadRunFigures overload_between(const LoadStatus& before, const LoadStatus& after) {
  return {after.level, after.input, after.step, after.changes,
          after.seconds_reduced - before.seconds_reduced};
}

JobFigures between(const Mark& before, const Mark& after, const JobWindow& window) {
  JobFigures report;
  const auto grown = [&](std::uint64_t CameraStatus::*field) {
    return after.summary.total(field) - before.summary.total(field);
  };
  report.seconds = after.summary.seconds - before.summary.seconds;
  report.detector = after.summary.load.detector;
  report.workers = after.summary.workers;
  report.frames_decoded = grown(&CameraStatus::frames_decoded);
  report.frames_processed = grown(&CameraStatus::frames_processed);
  report.frames_dropped = grown(&CameraStatus::frames_dropped);
  report.frames_skipped = grown(&CameraStatus::frames_skipped);
  report.frames_overload_skipped = grown(&CameraStatus::frames_overload_skipped);
  report.frames_imotion_skipped = grown(&CameraStatus::frames_imotion_skipped);
  report.faces_posted_measured = grown(&CameraStatus::faces_posted);
  report.overload = overload_between(before.summary.load, after.summary.load);
  report.frames_offered = window.offered_fps > 0
                              ? static_cast<std::uint64_t>(std::llround(window.offered_fps * report.seconds))
                              : report.frames_decoded;
  report.cpu_seconds = after.summary.cpu_seconds - before.summary.cpu_seconds;
  report.foreign_cpu_seconds = std::max(0.0, after.machine_cpu - before.machine_cpu - report.cpu_seconds);
  report.latency_ms = stage_between(before.whole, after.whole, report.frames_processed);
  for (std::size_t i = 0; i < report.stages_ms.size(); ++i) {
    report.stages_ms[i] = stage_between(before.stages[i], after.stages[i], report.frames_processed);
  }
  report.rss_peak_bytes = after.summary.memory.rss_peak_bytes;
  return report;
}

void add_whole_run(const Snapshot& summary, JobFigures& report) {
  report.hot_stall_p99_us = summary.memory.hot_stall_us.p99;
  report.hot_stall_max_us = summary.memory.hot_stall_us.max;
  report.faces_detected = summary.total(&CameraStatus::faces_detected);
  report.tracks_closed = summary.total(&CameraStatus::tracks_closed);
  report.faces_posted = summary.total(&CameraStatus::faces_posted);
  report.faces_pending = summary.faces_pending();
  report.faces_failed = summary.total(&CameraStatus::faces_failed);
}

std::string why_of(const CameraStatus& camera) {
  return camera.name + " shows nothing: " + (camera.message.empty() ? camera.state : camera.message);
}

}  // namespace

Result<JobFigures> measure_job(const settings::Settings& settings, const JobWindow& window,
                               StopSignals& signals) {
  auto vigia = Orchestrator::create(settings, system_clock());
  if (!vigia) return vigia.error();
  (*vigia)->start();
  const auto wait = [&signals](double seconds) {
    return signals.wait_for(std::chrono::milliseconds(std::llround(seconds * 1e3)));
  };
  bool stopped = wait(window.warm_up);
  const Mark before(**vigia);
  stopped = stopped || wait(window.seconds);
  const Mark after(**vigia);
  const Snapshot summary = (*vigia)->stop();
  JobFigures report = between(before, after, window);
  report.stopped = stopped;
  add_whole_run(summary, report);
  for (const CameraStatus& camera : summary.cameras) {
    if (camera.frames_decoded == 0 && !stopped) return Error{ErrorCode::io, why_of(camera)};
  }
  return report;
}

}  // namespace vigia::bench
