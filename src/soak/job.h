// The program under test: `vigia run`, as a user starts it, with settings made for the cameras and the
// FindFace of the soak; and its summary at the end. It inherits our environment, from which vigia-tools'
// main() has removed whatever could name a real receiver. Threads: one thread at a time.
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

// The text of the plan's settings file. The budget is 64 MB and 96 MB for each camera, so that the cap on
// memory is meaningful; `sets` may override it.
std::string job_settings(const JobPlan& plan);

// That budget; none if `sets` override it.
std::optional<Bytes> planned_budget(const JobPlan& plan);

// Errors: io.
Result<std::unique_ptr<testing::Child>> start_job(const JobPlan& plan);

// The last lines of its log, for people.
std::string last_log_lines(const JobPlan& plan, std::size_t lines);

// The figures of the summary that it wrote.
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
