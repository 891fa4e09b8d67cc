// The results of 'vigia bench pipeline', and figures derived from them. Values, pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/clip.h"
#include "bench/machine.h"
#include "bench/people_figures.h"
#include "bench/pipeline_bench_options.h"
#include "bench/pipeline_report.h"
#include "bench/spread.h"

namespace vigia::bench {

// The bound as it was measured before and after a run, as one.
struct Bound {
  double fps = 0, core_ms = 0;
  double decode_ms = 0, prepare_ms = 0, infer_ms = 0;
  // How much faster the machine was after the run than before, as a fraction; 0 if it was measured once.
  double drift = 0;
};

struct PipelineRun {
  int cameras = 0;
  int round = 1;  // of options.repeat
  JobFigures job;
  std::optional<PeopleDelivered> people;  // where options.people asks for them
  std::optional<BoundFigures> before, after;

  [[nodiscard]] std::optional<Bound> bound() const;
  // Why the bound cannot be compared with what the job did, for the user: then there are no shares.
  [[nodiscard]] std::optional<std::string> why_no_share() const;
  // Frames a second, of the bound's. In real time the cameras set the pace: nothing is reached.
  [[nodiscard]] std::optional<double> share_of_fps() const;
  // The bound's core time for a frame, relative to the job's: the rest is joining, handing over, shots and
  // delivery.
  [[nodiscard]] std::optional<double> share_of_core_time() const;
};

struct PipelineResults {
  Machine machine;
  PipelineBenchOptions options;
  std::vector<Clip> clips;
  std::vector<PipelineRun> runs;
  bool stopped = false;  // by the user: runs that were not finished are left out
};

// Over the runs with one number of cameras.
struct PipelineRow {
  int cameras = 0;
  int runs = 0;
  Spread fps, dropped_share, lost_share, left_out_share, p50_ms, p99_ms, max_ms, cores, core_ms, rss_mb;
  std::optional<Spread> share_of_fps, share_of_core_time;  // of the runs that have one
  std::optional<PeopleDelivered> people;                   // of all runs together
};
std::vector<PipelineRow> rows_of(const PipelineResults& results);

std::string describe(const PipelineResults& results);                         // machine, clips, what is done
std::string to_text(const PipelineRun& run, const PipelineResults& results);  // one run, in full
std::string to_table(const PipelineResults& results);  // a line for each number of cameras
std::string to_json(const PipelineResults& results);

}  // namespace vigia::bench
