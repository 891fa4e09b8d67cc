#include "soak/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "soak/curve.h"

namespace vigia::soak {
namespace {

using Json = nlohmann::ordered_json;

std::string count_text(std::optional<int> count) {
  return count ? fmt::format("{}", *count) : "-";
}

std::string quarters_text(const Verdict& verdict) {
  std::string text = fmt::format("\n{:<16} {:>12} {:>12} {:>12} {:>8}\n", "quarter", "anonymous", "resident",
                                 "descriptors", "threads");
  for (const Quarter& quarter : verdict.quarters) {
    text += fmt::format("{:<16} {:>12} {:>12} {:>12} {:>8}\n",
                        fmt::format("{:.0f} to {:.0f} s", quarter.begin, quarter.end),
                        format_bytes(quarter.anonymous), format_bytes(quarter.resident),
                        count_text(quarter.descriptors), count_text(quarter.threads));
  }
  return text;
}

std::string growth_text(const SoakReport& report) {
  const Verdict& verdict = report.verdict;
  std::string text;
  if (verdict.growth) {
    text += fmt::format("growth     {:+.2f} MB an hour, +- {:.2f} MB (standard error); bound {}\n",
                        verdict.growth->per_hour / 1e6, verdict.growth->error / 1e6,
                        format_bytes(report.bounds.max_growth));
  }
  return text + fmt::format("peak       {} resident; bound {}\n", format_bytes(verdict.peak),
                            report.bounds.max_rss > 0 ? format_bytes(report.bounds.max_rss) : "not known");
}

std::string faults_text(const SoakReport& report) {
  std::string text;
  for (const auto& [kind, count] : report.faults) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, to_string(kind));
  }
  return fmt::format("faults     {}\n", text.empty() ? "none" : text);
}

std::string summary_text(const SoakReport& report) {
  if (!report.summary) return "";
  const JobSummary& summary = *report.summary;
  std::string reasons;
  for (const auto& [reason, count] : summary.not_posted) reasons += fmt::format(", {} {}", count, reason);
  return fmt::format(
      "frames     {} decoded, {} processed, {} dropped, {} left out as damaged; {} leases refused\n"
      "sources    opened {} times, {} soft errors\n"
      "tracks     {} closed = {} posted + {} pending + {} failed + {} not posted{}; {} arrived\n",
      summary.frames_decoded, summary.frames_processed, summary.frames_dropped, summary.frames_damaged,
      summary.leases_refused, summary.job_starts, summary.soft_errors, summary.tracks_closed, summary.posted,
      summary.pending, summary.failed, summary.not_posted_total(),
      reasons.empty() ? "" : " (" + reasons.substr(2) + ")", report.received);
}

std::vector<memory::Sample> curve_of(const SoakReport& report) {
  std::vector<memory::Sample> curve;
  for (const Observation& at : report.observations) {
    if (at.seconds >= report.bounds.warm_up)
      curve.push_back({at.seconds, static_cast<double>(at.process.anonymous)});
  }
  return curve;
}

Json fault_json(const Fault& fault) {
  return {{"at", fault.at},
          {"duration", fault.duration},
          {"target", fault.target == kFindFace ? "findface" : fmt::format("cam{}", fault.target + 1)},
          {"kind", to_string(fault.kind)}};
}

Json observation_json(const Observation& at) {
  return {{"seconds", at.seconds},
          {"anonymous_bytes", at.process.anonymous},
          {"rss_bytes", at.process.resident},
          {"descriptors", at.process.descriptors},
          {"threads", at.process.threads},
          {"quiet", at.quiet},
          {"cameras_up", at.cameras_up},
          {"posted", at.posted},
          {"faults", at.faults}};
}

Json verdict_json(const SoakReport& report) {
  const Verdict& verdict = report.verdict;
  Json json = {{"good", verdict.good()},
               {"failures", verdict.failures},
               {"remarks", verdict.remarks},
               {"warm_up_seconds", report.bounds.warm_up},
               {"rss_peak_bytes", verdict.peak},
               {"max_rss_bytes", report.bounds.max_rss},
               {"max_growth_bytes_per_hour", report.bounds.max_growth}};
  if (verdict.growth) {
    json["growth_bytes_per_hour"] = verdict.growth->per_hour;
    json["growth_error_bytes_per_hour"] = verdict.growth->error;
  }
  return json;
}

// After a fault in which the server takes shots whole and never answers, a shot counts as failed after two
// tries: that is intended.
bool may_have_failed(const SoakReport& report) {
  return report.faults.contains(CameraFault::hang) || report.faults.contains(CameraFault::errors);
}

}  // namespace

Bytes max_rss_for(const std::optional<JobSummary>& summary, std::optional<Bytes> planned_budget) {
  if (summary) return summary->budget + SoakOptions::kBase;
  return planned_budget ? *planned_budget + SoakOptions::kBase : 0;
}

std::vector<std::string> complaints_about(const SoakReport& report,
                                          const std::vector<std::string>& violations) {
  std::vector<std::string> complaints;
  if (report.exit_status == testing::Child::kUnknown)
    complaints.emplace_back("how vigia run ended is not known: another process waited for it");
  else if (report.exit_status && *report.exit_status != 0)
    complaints.push_back(fmt::format("vigia run ended with status {}", *report.exit_status));
  for (const std::string& violation : violations)
    complaints.push_back("FindFace was given what its description does not allow: " + violation);
  if (!report.summary) {
    complaints.emplace_back("vigia run left no summary");
    return complaints;
  }
  if (report.summary->failed > 0 && !may_have_failed(report))
    complaints.push_back(
        fmt::format("{} faces failed, and no fault was made that explains it", report.summary->failed));
  const JobSummary& summary = *report.summary;
  const std::uint64_t outcomes =
      summary.posted + summary.pending + summary.failed + summary.not_posted_total();
  if (summary.frames_decoded == 0)
    complaints.emplace_back("no camera ever delivered: vigia run decoded no frame");
  if (outcomes != summary.tracks_closed) {
    complaints.push_back(
        fmt::format("{} tracks were closed, but {} are accounted for", summary.tracks_closed, outcomes));
  }
  if (summary.posted > report.received) {
    complaints.push_back(
        fmt::format("{} faces count as posted, but {} arrived", summary.posted, report.received));
  }
  return complaints;
}

std::string to_text(const SoakReport& report) {
  std::string text =
      quarters_text(report.verdict) + "\n" + growth_text(report) + faults_text(report) + summary_text(report);
  if (const auto curve = curve_of(report); !curve.empty())
    text += "\nanonymous memory after the warm-up\n" + draw_curve(curve);
  text += "\n";
  for (const std::string& remark : report.verdict.remarks) text += "note: " + remark + "\n";
  for (const std::string& failure : report.verdict.failures) text += "FAILED: " + failure + "\n";
  return text + (report.verdict.good() ? "vigia soak: good\n" : "vigia soak: failed\n");
}

std::string to_json(const SoakReport& report) {
  Json schedule = Json::array();
  for (const Fault& fault : report.schedule) schedule.push_back(fault_json(fault));
  Json observations = Json::array();
  for (const Observation& at : report.observations) observations.push_back(observation_json(at));
  Json faults = Json::object();
  for (const auto& [kind, count] : report.faults) faults[std::string(to_string(kind))] = count;
  Json json = {{"seconds", report.observations.empty() ? 0.0 : report.observations.back().seconds},
               {"seed", report.options.seed},
               {"verdict", verdict_json(report)},
               {"faults", std::move(faults)},
               {"arrived", report.received}};
  if (report.exit_status) json["exit_status"] = *report.exit_status;
  if (report.summary) {
    const JobSummary& summary = *report.summary;
    json["tracks"] = {{"closed", summary.tracks_closed},
                      {"posted", summary.posted},
                      {"pending", summary.pending},
                      {"failed", summary.failed},
                      {"not_posted", summary.not_posted}};
    json["frames"] = {{"decoded", summary.frames_decoded},
                      {"processed", summary.frames_processed},
                      {"dropped", summary.frames_dropped}};
  }
  json["schedule"] = std::move(schedule);
  json["samples"] = std::move(observations);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace vigia::soak
