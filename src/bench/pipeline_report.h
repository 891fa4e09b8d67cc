// The figures of one run of the main job, and of the bound: the process that measures writes them as lines,
// and they are in the JSON file. Values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "pipeline/stage_latency.h"

namespace vigia::bench {

struct StageFigures {  // milliseconds
  double p50 = 0, p95 = 0, p99 = 0, max = 0;
  std::uint64_t count = 0;
  // All of it, for each frame processed. Time on the clock: also while another thread had the core.
  double a_frame = 0;
};

// What detector.on_overload did: see load/overload.h.
struct OverloadRunFigures {
  int level = 0;              // at the end: steps down from the level of the start
  std::string input;          // at the end: "640x384"
  int step = 1;               // at the end: every Nth frame is searched
  std::uint64_t changes = 0;  // since the start, with the warm-up
  double seconds_reduced = 0;
};

// The main job. Of the measured seconds, unless a comment says otherwise.
struct JobFigures {
  bool stopped = false;  // by the user, before its time
  double seconds = 0;
  std::string detector;
  int workers = 0;
  std::uint64_t frames_offered = 0;  // what the cameras had to show
  std::uint64_t frames_decoded = 0, frames_processed = 0, frames_dropped = 0;
  // Left out on purpose: by detector_step, by overload control, by the motion gate.
  std::uint64_t frames_skipped = 0, frames_overload_skipped = 0, frames_imotion_skipped = 0;
  OverloadRunFigures overload;
  double cpu_seconds = 0;          // of this process
  double foreign_cpu_seconds = 0;  // of all others on this machine meanwhile
  StageFigures latency_ms;         // from a frame's last byte read to the end of its tracking
  std::array<StageFigures, pipeline::kStageNames.size()> stages_ms;
  std::uint64_t faces_posted_measured = 0;
  Bytes rss_peak_bytes = 0;  // from the start on
  // From the start on: time that threads spent in the memory part, a call.
  double hot_stall_p99_us = 0, hot_stall_max_us = 0;
  // Counters of the whole run, with its warm-up and its end.
  std::uint64_t faces_detected = 0, tracks_closed = 0, faces_posted = 0, faces_pending = 0, faces_failed = 0;

  [[nodiscard]] double fps() const { return per(static_cast<double>(frames_processed), seconds); }
  // Skipped before they were decoded, as decoding could not keep up; approximate, by the clips' rate.
  [[nodiscard]] std::uint64_t frames_never_decoded() const {
    return frames_offered > frames_decoded ? frames_offered - frames_decoded : 0;
  }
  // Parts of what was offered.
  [[nodiscard]] double dropped_share() const { return of_offered(frames_dropped); }
  [[nodiscard]] double lost_share() const { return of_offered(frames_dropped + frames_never_decoded()); }
  [[nodiscard]] double left_out_share() const { return of_offered(frames_left_out()); }
  [[nodiscard]] std::uint64_t frames_left_out() const {
    return frames_skipped + frames_overload_skipped + frames_imotion_skipped;
  }
  [[nodiscard]] double cores() const { return per(cpu_seconds, seconds); }
  [[nodiscard]] double core_ms() const {
    return per(cpu_seconds * 1e3, static_cast<double>(frames_processed));
  }
  [[nodiscard]] double of_offered(std::uint64_t frames) const {
    return per(static_cast<double>(frames), static_cast<double>(frames_offered));
  }
  static double per(double of, double each) { return each > 0 ? of / each : 0; }
};

// Decode, prepare and infer alone.
struct BoundFigures {
  double seconds = 0;
  std::string detector;
  int threads = 0;
  int streams = 0;
  std::uint64_t frames = 0, faces_detected = 0;
  double cpu_seconds = 0;
  double decode_ms = 0, prepare_ms = 0, infer_ms = 0;  // mean, of a frame

  [[nodiscard]] double fps() const { return JobFigures::per(static_cast<double>(frames), seconds); }
  [[nodiscard]] double core_ms() const {
    return JobFigures::per(cpu_seconds * 1e3, static_cast<double>(frames));
  }
};

// One line of JSON each, as the process that measured writes them.
std::string to_line(const JobFigures& report);
std::string to_line(const BoundFigures& report);
// Errors: invalid: it is none.
Result<JobFigures> read_job(std::string_view line);
Result<BoundFigures> read_bound(std::string_view line);

}  // namespace vigia::bench
