// The result of a soak: for people, and as JSON.
// Threads: pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "soak/job.h"
#include "soak/schedule.h"
#include "soak/soak_options.h"
#include "soak/verdict.h"

namespace vigia::soak {

struct SoakReport {
  SoakOptions options;
  Bounds bounds;
  std::vector<Fault> schedule;
  std::map<CameraFault, int> faults;  // that were begun
  std::vector<Observation> observations;
  Verdict verdict;                    // its failures: all of the soak
  std::optional<JobSummary> summary;  // none: the program wrote none
  std::optional<int> exit_status;     // of the program
  std::uint64_t received = 0;         // by the FindFace or the folder of the soak
};

// The cap on resident memory: the program's budget (from its summary or, without one, as planned) plus
// SoakOptions::kBase. 0: not known.
Bytes max_rss_for(const std::optional<JobSummary>& summary, std::optional<Bytes> planned_budget);

// Failures that the program's own figures and its exit status show, one line each.
std::vector<std::string> complaints_about(const SoakReport& report,
                                          const std::vector<std::string>& violations);

std::string to_text(const SoakReport& report);
std::string to_json(const SoakReport& report);

}  // namespace vigia::soak
