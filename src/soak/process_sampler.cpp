#include "soak/process_sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/clock.h"

namespace vigia::soak {
namespace {

using namespace std::chrono_literals;

constexpr double kMostLooks = 7200;  // of a run: every second up to two hours
constexpr double kShortRun = 600;    // seconds; below, a line comes every 10 s

}  // namespace

ProcessSampler::ProcessSampler(const SoakOptions& options, const JobPlan& plan, Rig& rig, testing::Child& job)
    : options_(options),
      rig_(rig),
      job_(job),
      look_every_(std::max(1.0, options.seconds / kMostLooks)),
      line_every_(options.seconds < kShortRun ? 10 : 60),
      cameras_(static_cast<int>(plan.camera_urls.size())),
      faces_(plan.folder / "faces"),
      next_line_(line_every_) {}

Status ProcessSampler::until_the_end(StopSignals& signals) {
  fmt::print("{:>9} {:>10} {:>10} {:>5} {:>8} {:>8} {:>7} {:>7}\n", "time", "anonymous", "resident", "fds",
             "threads", "cameras", "posted", "faults");
  const SteadyTime begin = system_clock().now();
  while (true) {
    const double seconds = to_seconds(system_clock().now() - begin);
    if (seconds >= options_.seconds || job_.exit_status()) return ok_status();
    auto done = rig_.follow_schedule(seconds);
    if (!done) return done.error();
    if (options_.verbose) {
      for (const std::string& line : *done) fmt::print("{:>7.1f} s {}\n", seconds, line);
    }
    if (seconds >= next_look_) observe(seconds);
    if (is_line_due(seconds)) print_line(seconds);
    if (signals.wait_for(50ms)) {
      fmt::print("stopped after {:.0f} s: what was seen until now is judged\n", seconds);
      return ok_status();
    }
  }
}

void ProcessSampler::observe(double seconds) {
  next_look_ += look_every_;
  const Result<testing::ProcessSample> sample = testing::sample_process(job_.pid());
  if (!sample) return;  // it is ending: its exit status says why
  observations_.push_back({.seconds = seconds,
                           .process = *sample,
                           .quiet = rig_.is_quiet(seconds),
                           .cameras_up = rig_.cameras_up(),
                           .posted = posted(),
                           .faults = rig_.faults_begun()});
}

bool ProcessSampler::is_line_due(double seconds) const {
  const bool all_up = !observations_.empty() && observations_.back().cameras_up == cameras_;
  return seconds >= next_line_ || (!line_printed_ && all_up);
}

void ProcessSampler::print_line(double seconds) {
  next_line_ = (std::floor(seconds / line_every_) + 1) * line_every_;
  if (observations_.empty()) return;
  line_printed_ = true;
  const Observation& last = observations_.back();
  fmt::print("{:>7.0f} s {:>10} {:>10} {:>5} {:>8} {:>8} {:>7} {:>7}\n", seconds,
             format_bytes(last.process.anonymous), format_bytes(last.process.resident),
             last.process.descriptors, last.process.threads, last.cameras_up, last.posted, last.faults);
  std::fflush(stdout);
  if (!options_.findface) faces_.remove_old_pictures();
}

std::uint64_t ProcessSampler::posted() {
  return options_.findface ? rig_.posted() : faces_.count();
}

}  // namespace vigia::soak
