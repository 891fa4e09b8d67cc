#include "soak/soak.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/file.h"
#include "soak/job.h"
#include "soak/picture.h"
#include "soak/process_sampler.h"
#include "soak/report.h"
#include "soak/rig.h"
#include "testing/temp_dir.h"

namespace vigia::soak {
namespace {

using namespace std::chrono_literals;

constexpr auto kStopTimeout = 90s;  // delivery.stop_timeout, and what is in hand on a busy machine

int complain(const Error& error) {
  fmt::print(stderr, "vigia soak: {}\n", error.text);
  return 2;
}

Bounds bounds_for(const SoakOptions& options, const Rig& rig) {
  Bounds bounds{.warm_up = warm_up_seconds(rig.schedule(), options.seconds),
                .max_growth = options.max_growth,
                .max_rss = options.max_rss,
                .cameras = static_cast<int>(rig.camera_urls().size())};
  bounds.round = options.faults == FaultIntensity::none ? 60 : round_seconds(options.faults);
  return bounds;
}

void print_schedule(const std::vector<Fault>& schedule) {
  for (const Fault& fault : schedule) {
    fmt::print("{:>7.1f} s  {:<10} {:<12} {:.1f} s\n", fault.at,
               fault.target == kFindFace ? "findface" : fmt::format("cam{}", fault.target + 1),
               to_string(fault.kind), fault.duration);
  }
}

// Judges the samples, and the program's own summary.
void judge_all(SoakReport& report, const JobPlan& plan, const std::vector<std::string>& violations) {
  auto summary = read_job_summary(plan);
  if (summary) report.summary = *std::move(summary);
  if (report.bounds.max_rss == 0) report.bounds.max_rss = max_rss_for(report.summary, planned_budget(plan));
  report.verdict = judge(report.observations, report.bounds);
  for (std::string& complaint : complaints_about(report, violations))
    report.verdict.failures.push_back(std::move(complaint));
}

Status watch_job(const JobPlan& plan, Rig& rig, StopSignals& signals, SoakReport& report) {
  auto job = start_job(plan);
  if (!job) return job.error();
  ProcessSampler watch(report.options, plan, rig, **job);
  const Status watched = watch.until_the_end(signals);
  const bool by_itself = (*job)->exit_status().has_value();
  if (Status ended = rig.end_all_faults(); !ended) return ended;
  report.exit_status = (*job)->stop(kStopTimeout);
  report.observations = watch.observations();
  report.received = watch.posted();
  report.faults = rig.faults_by_kind();
  judge_all(report, plan, rig.violations());
  if (by_itself && *report.exit_status == 2) {  // wrong settings, by --set
    return Error{ErrorCode::invalid,
                 "vigia run does not start; its last words:\n" + last_log_lines(plan, 10)};
  }
  if (by_itself) {
    report.verdict.failures.push_back(
        fmt::format("vigia run ended by itself, with status {}; its last words:\n{}", *report.exit_status,
                    last_log_lines(plan, 10)));
  }
  return watched;
}

bool write(const char* flag, const std::filesystem::path& path, const std::string& content) {
  const Status written = write_file_atomically(path, content);
  if (!written) fmt::print(stderr, "vigia soak: {}: {}\n", flag, written.error().text);
  return written.ok();
}

int soak_in(testing::TempDir& folder, const SoakOptions& options, StopSignals& signals) {
  fmt::print("recording what the cameras show\n");
  std::fflush(stdout);
  auto rig = Rig::build(options);
  if (!rig) return complain(rig.error());
  const JobPlan plan{.folder = folder.path(),
                     .camera_urls = (*rig)->camera_urls(),
                     .findface_url = (*rig)->findface_url(),
                     .sets = options.sets,
                     .verbose = options.verbose};
  SoakReport report{.options = options, .bounds = bounds_for(options, **rig), .schedule = (*rig)->schedule()};
  if (options.verbose) print_schedule(report.schedule);
  fmt::print("{} cameras, {:.0f} s, {} faults to come, warm-up {:.0f} s\n", plan.camera_urls.size(),
             options.seconds, report.schedule.size(), report.bounds.warm_up);
  if (Status watched = watch_job(plan, **rig, signals, report); !watched) return complain(watched.error());
  fmt::print("{}", to_text(report));
  bool good = report.verdict.good();
  if (!good) {
    folder.keep();
    fmt::print("its log and outbox are kept in {}\n", folder.path().string());
  }
  if (options.report) good = write("--report", *options.report, to_json(report)) && good;
  if (options.plot) good = write("--plot", *options.plot, to_svg(report)) && good;
  std::fflush(stdout);
  return good ? 0 : 1;
}

}  // namespace

int run(const SoakOptions& options, StopSignals& signals) {
  // A night should not end in a file that cannot be written.
  for (const auto& [flag, file] :
       {std::pair("--report", options.report), std::pair("--plot", options.plot)}) {
    const auto wrong = file ? why_not_writable(*file) : std::nullopt;
    if (wrong) return complain({ErrorCode::invalid, fmt::format("{}: {}", flag, *wrong)});
  }
  auto folder = testing::TempDir::make("vigia-soak");
  if (!folder) return complain(folder.error());
  return soak_in(*folder, options, signals);
}

}  // namespace vigia::soak
