#include "bench/bench_detector.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "base/file.h"
#include "bench/detector_results.h"
#include "memory/memory_manager.h"

namespace vigia::bench {
namespace {

std::vector<std::string> precisions_of(const DetectorBenchOptions& options) {
  if (!options.precisions.empty()) return options.precisions;
  std::vector<std::string> all{"f32"};
  if (detect::cpu_has_bf16()) all.emplace_back("bf16");
  return all;
}

Result<detect::DetectFaces> stage_of(const DetectorBenchOptions& options, const std::string& precision,
                                     memory::Budget& budget) {
  detect::DetectorOptions detector;
  detector.model = options.model;
  detector.precision = precision;
  return detect::DetectFaces::create(detector, detect::ModelPlaces::from_environment(), budget);
}

// All numbers of threads.
Status measure(const detect::DetectFaces& stage, domain::Size input, DetectorResults& results,
               StopSignals& signals) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int most = results.options.threads > 0 ? results.options.threads : cores;
  for (int threads = 1; threads <= most; ++threads) {
    auto row =
        measure_detector(stage, {input, results.options.frame, threads, results.options.seconds}, signals);
    if (!row) return row.error();
    fmt::print(stderr, "{}, {} at once: {:.1f} frames a second\n", row->detector, threads, row->fps());
    results.rows.push_back(*std::move(row));
  }
  return ok_status();
}

Status measure_all(DetectorResults& results, memory::Budget& budget, StopSignals& signals) {
  for (const std::string& precision : precisions_of(results.options)) {
    const auto stage = stage_of(results.options, precision, budget);
    if (!stage) return stage.error();
    for (const domain::Size input : results.options.inputs) {
      if (Status done = measure(*stage, input, results, signals); !done) return done;
    }
  }
  return ok_status();
}

}  // namespace

std::vector<std::string> problems(const DetectorBenchOptions& options) {
  if (options.json) {
    if (const auto wrong = why_not_writable(*options.json)) return {"--json: " + *wrong};
  }
  memory::MemoryManager memory{memory::MemoryOptions{}};
  for (const std::string& precision : precisions_of(options)) {
    const auto stage = stage_of(options, precision, memory.budget());
    if (!stage) return {stage.error().text};
  }
  return {};
}

int bench_detector(const DetectorBenchOptions& options, StopSignals& signals) {
  memory::MemoryManager memory{memory::MemoryOptions{}};
  DetectorResults results{this_machine(), options, {}};
  const Status done = measure_all(results, memory.budget(), signals);
  if (!done) fmt::print(stderr, "vigia: {}\n", done.error().text);
  fmt::print("{}", to_text(results));
  if (!options.json) return done ? 0 : 1;
  const Status written = write_file_atomically(*options.json, to_json(results));
  if (!written) fmt::print(stderr, "vigia: {}\n", written.error().text);
  return done && written ? 0 : 1;
}

}  // namespace vigia::bench
