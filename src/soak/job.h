// The program under test: `vigia run` of this very executable, as a user starts it, with settings made for
// the cameras and the FindFace of the soak; and what it says of itself at its end.
// Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "testing/child.h"

namespace vigia::soak {

struct JobPlan {
  std::filesystem::path folder;          // its files go there
  std::vector<std::string> camera_urls;  // cameras cam1, cam2, ... with ids 1, 2, ...
  std::string findface_url;              // empty: faces go into a folder
  std::vector<std::string> sets;
  bool verbose = false;
};

// A camera's token at FindFace.
std::string camera_token(int number);

// What the settings file of the plan says. The budget is 64 MB and 96 MB for each camera, so that the
// cap on memory means something; `sets` may say otherwise.
std::string job_settings(const JobPlan& plan);

// That budget; none where `sets` or the environment say otherwise.
std::optional<Bytes> planned_budget(const JobPlan& plan);

// Errors: io.
Result<std::unique_ptr<testing::Child>> start_job(const JobPlan& plan);

// Its last words in the log, for people.
std::string last_log_lines(const JobPlan& plan, std::size_t lines);

// Of the summary that it wrote.
struct JobSummary {
  std::uint64_t frames_decoded = 0, frames_processed = 0, frames_dropped = 0, frames_damaged = 0;
  std::uint64_t soft_errors = 0, job_starts = 0, leases_refused = 0;
  std::uint64_t tracks_closed = 0, posted = 0, pending = 0, failed = 0;
  std::map<std::string, std::uint64_t> not_posted;  // by reason
  Bytes budget = 0;

  [[nodiscard]] std::uint64_t not_posted_total() const;
};
// Errors: io, invalid.
Result<JobSummary> read_job_summary(const JobPlan& plan);

}  // namespace vigia::soak
