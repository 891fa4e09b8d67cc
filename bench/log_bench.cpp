// What does a storm of the log cost the threads that log, and the video beside it?
//
//   ./dev bench log
//   build/bench/log_bench --cameras 4 --seconds 20 --lines 100000 --fold 0
//
// Synthetic cameras run in this process, in turns without and with a storm: one thread more that logs so many
// lines a second, of a camera's errors, and times each call. Their file is on disk, in a folder that is
// removed afterwards. --fold 0: every line is written, none is folded. The time of a call is measured in the
// turns without a storm too, with a hundred lines a second. The figures of one run can be compared with each
// other, not with those of another machine.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "base/histogram.h"
#include "base/log.h"
#include "base/worker.h"
#include "memory/allocator.h"
#include "orchestrator/orchestrator.h"
#include "settings/demo_settings.h"
#include "testing/temp_dir.h"

namespace {

using namespace vigia;
using namespace std::chrono_literals;

struct Options {
  int cameras = 2, turns = 4, lines = 100'000;
  double seconds = 10, fold = 10;
};

struct Turn {
  std::uint64_t decoded = 0, dropped = 0;
  double latency_p99_ms = 0, stall_p99_us = 0;
  Histogram::Percentiles call_us;
  log::LogCounts log;
};

void storm(int lines_a_second, Histogram& calls, const std::stop_token& stop) {
  const std::string camera = "sim1";
  auto next = std::chrono::steady_clock::now();
  for (int i = 0; !stop.stop_requested();) {
    next += 10ms;
    for (int n = 0; n < lines_a_second / 100; ++n, ++i) {
      const auto begin = std::chrono::steady_clock::now();
      log::warn("camera '{}': packet {} is damaged: {} bytes are missing", camera, i, i % 1400);
      calls.record(std::chrono::steady_clock::now() - begin);
    }
    std::this_thread::sleep_until(next);
  }
}

Result<Turn> run_turn(const settings::Settings& settings, const Options& options, bool has_storm) {
  auto vigia = orchestrator::Orchestrator::create(settings, system_clock());
  if (!vigia) return vigia.error();
  const log::LogCounts before = log::counts();
  Histogram calls;
  (*vigia)->start();
  {
    const Worker storming(
        "storm", [&](const std::stop_token& stop) { storm(has_storm ? options.lines : 100, calls, stop); });
    std::this_thread::sleep_for(from_seconds(options.seconds));
  }
  const status::Snapshot end = (*vigia)->stop();
  log::flush();
  log::LogCounts counts = log::counts();
  for (std::size_t i = 0; i < counts.lines.size(); ++i) counts.lines.at(i) -= before.lines.at(i);
  counts.written -= before.written;
  counts.folded -= before.folded;
  counts.left_out -= before.left_out;
  return Turn{.decoded = end.total(&status::CameraStatus::frames_decoded),
              .dropped = end.total(&status::CameraStatus::frames_dropped),
              .latency_p99_ms = end.latency.whole_ms.p99,
              .stall_p99_us = end.memory.hot_stall_us.p99,
              .call_us = calls.percentiles(1us),
              .log = counts};
}

void print(const Turn& turn, bool has_storm) {
  fmt::print("{:<6} {:>9} {:>8} {:>11.1f} {:>10.2f} {:>8.2f} {:>8.2f} {:>8.1f} {:>9} {:>9} {:>9} {:>9}\n",
             has_storm ? "storm" : "calm", turn.decoded, turn.dropped, turn.latency_p99_ms, turn.stall_p99_us,
             turn.call_us.p50, turn.call_us.p99, turn.call_us.max, turn.log.all(), turn.log.written,
             turn.log.folded, turn.log.left_out);
  std::fflush(stdout);
}

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const double value = std::atof(argv[i + 1]);
    if (name == "--cameras") options.cameras = static_cast<int>(value);
    if (name == "--turns") options.turns = static_cast<int>(value);
    if (name == "--lines") options.lines = static_cast<int>(value);
    if (name == "--seconds") options.seconds = value;
    if (name == "--fold") options.fold = value;
  }
  return options;
}

int run(const Options& options, const testing::TempDir& folder) {
  settings::Settings settings = settings::demo_settings(options.cameras, 4, options.seconds);
  settings.web.listen = "off";
  settings.outbox.path = folder / "outbox.db";
  settings.ledger.path = folder / "ledger.db";
  settings.delivery.directory = folder / "faces";
  settings.logging.file = folder / "vigia.log";
  settings.logging.fold_interval = options.fold;
  if (const Status started = log::start(settings.logging); !started) {
    fmt::print(stderr, "{}\n", started.error().text);
    return 2;
  }
  fmt::print("{:<6} {:>9} {:>8} {:>11} {:>10} {:>8} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9}\n", "", "frames",
             "dropped", "latency p99", "stall p99", "call p50", "call p99", "call max", "lines", "written",
             "folded", "left out");
  for (int turn = 0; turn < options.turns; ++turn) {
    const bool has_storm = turn % 2 == 1;
    const auto done = run_turn(settings, options, has_storm);
    if (!done) {
      fmt::print(stderr, "{}\n", done.error().text);
      return 1;
    }
    print(*done, has_storm);
  }
  log::stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  memory::prepare_allocator();
  const testing::TempDir folder;
  return run(options_of(argc, argv), folder);
}
