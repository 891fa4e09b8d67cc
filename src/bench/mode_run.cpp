#include "bench/mode_run.h"

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "bench/destroy.h"
#include "bench/figures.h"
#include "bench/keeper.h"
#include "bench/limit.h"
#include "bench/load.h"
#include "bench/memory_sampler.h"
#include "bench/report.h"
#include "memory/system_memory.h"

namespace vigia::bench {
namespace {

// The predecessor left glibc to itself: after the first freed frame glibc takes frames from its arenas.
// (Setting one of the two thresholds stops glibc from moving them, so they are set to where they would move.)
void let_glibc_keep_frames() {
  ::mallopt(M_MMAP_THRESHOLD, static_cast<int>(kFrameBytes + 4096));
  ::mallopt(M_TRIM_THRESHOLD, static_cast<int>(2 * kFrameBytes));
}

// Makes the kernel kill this process, and no other, when memory is short.
void be_expendable() {
  const Fd score(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  static_cast<void>(!::write(score.get(), "1000", 4));
}

int workers_for(int cameras) {
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, cameras);
}

KeeperOptions keeper_options(const MemoryBenchOptions& options) {
  return {.cameras = options.cameras,
          .workers = workers_for(options.cameras),
          .gc_interval = options.gc_interval,
          .budget = limit_of(options) / 10 * 6};
}

LoadOptions load_options(const MemoryBenchOptions& options) {
  return {.cameras = options.cameras,
          .workers = workers_for(options.cameras),
          .seed = options.seed,
          .pace = options.pace,
          .probe_malloc = destroys(*options.child)};
}

// REQUIRES: the hot threads have ended.
void add_counts(const Figures& figures, const KeeperStats& stats, ModeFigures& report) {
  report.frames_asked = figures.frames_asked;
  report.frames_done = figures.frames_done;
  report.frames_dropped = figures.frames_dropped;
  report.stall_us = in_us(figures.stall);
  report.own_us = in_us(figures.own);
  report.grow_us = in_us(figures.grow);
  report.touch_us = in_us(figures.touch);
  report.malloc_us = in_us(figures.plain_malloc);
  report.passes = stats.passes;
  report.objects_collected = stats.collected;
  report.collector_cpu_seconds = stats.collector_cpu_seconds;
  report.involuntary_switches = figures.involuntary_switches;
  report.minor_faults = figures.minor_faults;
}

ModeFigures run_stream(const MemoryBenchOptions& options, StopSignals& signals) {
  ModeFigures report;
  Figures figures;
  const auto keeper = make_keeper(*options.child, keeper_options(options));
  Load load(load_options(options), *keeper, figures);
  load.start();
  MemorySampler watch(figures, signals, {.limit = options.until_killed ? 0 : limit_of(options)});
  report.ended = watch.until([&] { return watch.seconds() >= options.seconds; });
  report.seconds = watch.seconds();
  const KeeperStats stats = keeper->stats();  // before the end releases what is left
  load.stop();
  add_counts(figures, stats, report);
  return report;
}

ModeFigures run_destroy(const MemoryBenchOptions& options, StopSignals& signals) {
  ModeFigures report;
  Figures figures;
  const auto keeper = make_keeper(*options.child, keeper_options(options));
  Load load(load_options(options), *keeper, figures);
  figures.measuring = false;
  load.start();
  destroy_at_once({.bytes = options.destroy, .workers = workers_for(options.cameras)},
                  {load, *keeper, figures, signals}, report);
  add_counts(figures, keeper->stats(), report);
  return report;
}

}  // namespace

int run_mode_here(const MemoryBenchOptions& options, StopSignals& signals) {
  be_expendable();
  const Mode mode = *options.child;
  if (mode == Mode::inlined || mode == Mode::naive_background || mode == Mode::never) let_glibc_keep_frames();
  ModeFigures report = destroys(mode) ? run_destroy(options, signals) : run_stream(options, signals);
  report.mode = to_string(mode);
  report.rss_peak_bytes = memory::process_memory().rss_peak;
  write_line(to_line(report));
  return 0;
}

}  // namespace vigia::bench
