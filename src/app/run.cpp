#include "app/run.h"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>
#include <vector>

#include "app/camera_lines.h"
#include "app/summary.h"
#include "base/crash_restart.h"
#include "base/file.h"
#include "base/log.h"
#include "base/terminal.h"
#include "orchestrator/orchestrator.h"

namespace vigia::app {
namespace {

using namespace std::chrono_literals;

using Ended = status::Snapshot::Ended;

// Redraws the cameras below the log once a second, where both outputs are a terminal.
class LiveCameras {
 public:
  ~LiveCameras() { log::show_below({}); }
  void look(const orchestrator::Orchestrator& vigia, SteadyTime now) {
    if (!is_live_ || now < next_) return;
    next_ = now + 1s;
    log::show_below(lines_.draw(vigia.snapshot(), terminal_size(STDERR_FILENO)));
  }

 private:
  const bool is_live_ = is_live_terminal(STDERR_FILENO) && is_live_terminal(STDOUT_FILENO);
  SteadyTime next_{};
  CameraLines lines_;
};

Ended wait_for_the_end(orchestrator::Orchestrator& vigia, StopSignals& signals, const RunOptions& options) {
  const SteadyTime begin = system_clock().now();
  LiveCameras live;
  while (!vigia.all_done()) {
    live.look(vigia, system_clock().now());
    auto wait = 100ms;
    if (options.seconds) {
      const auto left = begin + from_seconds(*options.seconds) - system_clock().now();
      if (left <= 0ns) return Ended::stopped;
      wait = std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(left));
    }
    if (signals.wait_for(wait)) {
      signals.exit_on_next();  // before the log line: the next signal may come at once
      log::info("stopping: cameras, then what is on its way; once more to stop at once");
      return Ended::stopped;
    }
    if (signals.hangup_came()) {
      log::reopen()
          ? log::info("SIGHUP: logging.file is opened again")
          : log::warn(
                "SIGHUP is ignored: settings cannot be read again while Vigia runs; restart it for that");
    }
  }
  log::info("stopping: all cameras are at their end");
  return Ended::by_itself;
}

// Without threads nothing can run, and nothing can be stopped in order either: the system frees the parts
// that were started.
void start_or_say_why_not(orchestrator::Orchestrator& vigia) {
  try {
    vigia.start();
  } catch (const std::system_error& error) {
    log::flush();
    fmt::print(stderr,
               "vigia: a thread could not be started: {}; see 'ulimit -u' and the cgroup's pids.max\n",
               error.code().message());
    std::fflush(stderr);
    std::_Exit(1);
  }
}

// With --verbose (or log level debug) the summary also has the times of the stages.
Detail detail_of(const settings::Settings& settings) {
  const std::string& level = settings.logging.level;
  return level == "debug" || level == "trace" ? Detail::stages : Detail::brief;
}

bool write_summary(const status::Snapshot& summary, Detail detail, const std::filesystem::path& path) {
  const Status written = write_file_atomically(path, to_json(summary, detail));
  if (!written) log::error("--summary: {}", written.error().text);
  return written.ok();
}

}  // namespace

int run(const settings::Settings& settings, const RunOptions& options, StopSignals& signals) {
  std::vector<Crash> crashes;
  if (options.restart_with != nullptr) crashes = restart_after_crashes(options.restart_with);
  auto vigia = orchestrator::Orchestrator::create(settings, system_clock(), std::move(crashes));
  if (!vigia) {
    log::flush();
    fmt::print(stderr, "vigia: {}\n", vigia.error().text);
    return 2;
  }
  signals.outlive_hangups();  // a closed terminal must not cost open tracks
  start_or_say_why_not(**vigia);
  const Ended ended = wait_for_the_end(**vigia, signals, options);
  signals.exit_on_next();
  const status::Snapshot summary = (*vigia)->stop();
  const Detail detail = detail_of(settings);
  const std::string gave_up = summary.gave_up(ended);
  bool good = gave_up.empty();
  if (!good) log::error("{}", gave_up);
  if (options.summary) good = write_summary(summary, detail, *options.summary) && good;
  log::flush();
  fmt::print("{}", to_text(summary, detail));
  if (options.afterword) fmt::print("{}", options.afterword(summary));
  std::fflush(stdout);
  return good ? 0 : 1;
}

}  // namespace vigia::app
