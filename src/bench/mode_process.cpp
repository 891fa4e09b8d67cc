#include "bench/mode_process.h"

#include <fmt/format.h>
#include <signal.h>

#include "base/clock.h"
#include "bench/limit.h"
#include "testing/child.h"

namespace vigia::bench {
namespace {

using namespace std::chrono_literals;

constexpr double kGrace = 120;  // seconds beyond its own, for a slow machine

// Takes the whole lines out of `text`.
void take_lines(std::string& text, ModeFigures& report) {
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    // A line that a kill cut off is ignored; any other line that does not parse shows as a mode that failed.
    static_cast<void>(add_line(std::string_view(text).substr(begin, end - begin), report).ok());
  }
  text.erase(0, begin);
}

}  // namespace

std::vector<std::string> child_arguments(const MemoryBenchOptions& options, Mode mode) {
  std::vector<std::string> words{"vigia", "bench", "memory"};
  const auto add = [&words](std::string_view name, auto value) {
    words.emplace_back(name);
    words.push_back(fmt::format("{}", value));
  };
  add("--cameras", options.cameras);
  add("--seconds", options.seconds);
  add("--pace", options.pace == Pace::realtime ? "realtime" : "free");
  add("--limit", limit_of(options));
  add("--gc-interval", options.gc_interval);
  add("--destroy", options.destroy);
  add("--seed", options.seed);
  if (options.until_killed) words.emplace_back("--until-killed");
  add("--child", to_string(mode));
  return words;
}

Result<ModeFigures> run_mode_in_process(const MemoryBenchOptions& options, Mode mode, StopSignals& signals) {
  auto process = testing::Child::start(testing::this_program(child_arguments(options, mode)));
  if (!process) return process.error();
  ModeFigures report;
  report.mode = to_string(mode);
  const SteadyTime deadline = system_clock().now() + from_seconds(options.seconds + kGrace);
  bool killed_by_us = false, stopped = false;
  std::string text;
  while ((*process)->read(text, 50ms)) {
    take_lines(text, report);
    if (signals.wait_for(0ms)) {
      stopped = true;
      (*process)->signal(SIGTERM);
    }
    if (!killed_by_us && system_clock().now() > deadline) {
      killed_by_us = true;
      (*process)->signal(SIGKILL);
    }
  }
  take_lines(text, report);
  if ((*process)->wait() == 128 + SIGKILL && !killed_by_us) report.ended = "killed";
  if (stopped) report.ended = "stopped";
  return report;
}

}  // namespace vigia::bench
