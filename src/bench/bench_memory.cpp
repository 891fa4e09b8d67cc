#include "bench/bench_memory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/file.h"
#include "bench/limit.h"
#include "bench/mode_process.h"
#include "bench/mode_run.h"
#include "bench/results.h"

namespace vigia::bench {
namespace {

using namespace std::chrono_literals;

// A run of minutes should not end in a file that cannot be written.
void add_problem_of(const std::optional<std::filesystem::path>& file, std::string_view flag,
                    std::vector<std::string>& lines) {
  if (!file) return;
  if (const auto wrong = why_not_writable(*file)) lines.push_back(fmt::format("{}: {}", flag, *wrong));
}

bool write(const std::optional<std::filesystem::path>& file, const std::string& text) {
  if (!file) return true;
  const Status written = write_file_atomically(*file, text);
  if (!written) fmt::print(stderr, "vigia: {}\n", written.error().text);
  return written.ok();
}

bool gave_figures(const ModeFigures& report) {
  return report.ended != "failed" && (report.ended != "killed" || report.mode == to_string(Mode::never));
}

}  // namespace

std::vector<std::string> problems(const MemoryBenchOptions& options) {
  std::vector<std::string> lines;
  if (options.child) return lines;  // the parent has checked it
  add_problem_of(options.json, "--json", lines);
  add_problem_of(options.plot, "--plot", lines);
  const Bytes machine = static_cast<Bytes>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
  const Bytes usable = memory::memory_limit();
  if (options.until_killed && usable >= machine) {
    lines.emplace_back(
        "--until-killed: no cgroup limits the memory of this process, so the whole machine would run out of "
        "it; start it under a limit, or use --limit");
  }
  const bool asked_to_destroy = std::any_of(options.modes.begin(), options.modes.end(), destroys);
  // Leaves room beside the destroyed bytes: objects are made before all memory of the last round has gone
  // back.
  if (asked_to_destroy && options.destroy > usable / 4 * 3) {
    lines.push_back(
        fmt::format("--destroy: {} is more than three quarters of the {} that this process may use; "
                    "give less, or leave the destroy modes out of --modes",
                    format_bytes(options.destroy), format_bytes(usable)));
  }
  return lines;
}

int bench_memory(const MemoryBenchOptions& options, StopSignals& signals) {
  if (options.child) return run_mode_here(options, signals);
  Results results{.machine = this_machine(), .options = options, .reports = {}};
  fmt::print("{}\n{}\n", to_string(results.machine), describe(options));
  std::fflush(stdout);
  bool good = true;
  for (std::size_t i = 0; i < options.modes.size() && good; ++i) {
    const Mode mode = options.modes[i];
    fmt::print(stderr, "[{}/{}] {}\n", i + 1, options.modes.size(), to_string(mode));
    if (signals.wait_for(0ms)) {
      good = false;
      break;
    }
    auto report = run_mode_in_process(options, mode, signals);
    if (!report) {
      fmt::print(stderr, "vigia: {}\n", report.error().text);
      return 1;
    }
    if (!gave_figures(*report)) fmt::print(stderr, "vigia: {}: {}\n", report->mode, why_no_figures(*report));
    good = report->ended != "stopped" && gave_figures(*report);
    results.reports.push_back(*std::move(report));
  }
  fmt::print("{}", to_text(results));
  const bool written = write(options.json, to_json(results));
  return write(options.plot, to_svg(picture(results))) && written && good ? 0 : 1;
}

}  // namespace vigia::bench
