#include "soak/job.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/program_beside.h"

namespace vigia::soak {
namespace {

using Json = nlohmann::json;

constexpr Bytes kBudgetBase = 64'000'000;
constexpr Bytes kBudgetPerCamera = 96'000'000;
constexpr Bytes kLargestSummary = 16_MiB;

// Our environment, from which main() has removed what would give the job other settings or a real receiver.
std::map<std::string, std::string> job_environment(const JobPlan& plan) {
  std::map<std::string, std::string> environment = testing::own_environment();
  if (!plan.findface_url.empty()) {
    environment["FINDFACE_USER"] = environment["FINDFACE_PASSWORD"] =
        "admin";  // of the FindFace that we play
    environment["FINDFACE_UUID"] = "soak";
  }
  return environment;
}

std::uint64_t count_in(const Json& json, const char* key) {
  return json.at(key).get<std::uint64_t>();
}

JobSummary read_counts(const Json& json) {
  JobSummary summary{.frames_decoded = count_in(json, "frames_decoded"),
                     .frames_processed = count_in(json, "frames_processed"),
                     .frames_dropped = count_in(json, "frames_dropped"),
                     .leases_refused = count_in(json.at("memory"), "leases_refused"),
                     .tracks_closed = count_in(json, "tracks_closed"),
                     .posted = count_in(json, "faces_posted"),
                     .pending = count_in(json, "faces_pending"),
                     .failed = count_in(json, "faces_failed"),
                     .not_posted = {},
                     .budget = json.at("memory").at("budget_bytes").get<Bytes>()};
  for (const Json& camera : json.at("cameras")) {
    summary.frames_damaged += count_in(camera, "frames_damaged");
    summary.soft_errors += count_in(camera, "decoding_soft_errors");
    summary.job_starts += count_in(camera, "job_starts");
    for (const auto& [reason, count] : camera.at("faces_not_posted").items())
      summary.not_posted[reason] += count.get<std::uint64_t>();
  }
  return summary;
}

}  // namespace

std::optional<Bytes> planned_budget(const JobPlan& plan) {
  const bool set = std::any_of(plan.sets.begin(), plan.sets.end(), [](const std::string& words) {
    return words.starts_with("memory.budget_bytes");
  });
  if (set) return std::nullopt;
  return kBudgetBase + static_cast<Bytes>(plan.camera_urls.size()) * kBudgetPerCamera;
}

std::string camera_token(int number) {
  return fmt::format("soak-camera-{}", number);
}

std::string job_settings(const JobPlan& plan) {
  std::string yaml = "# Made by vigia soak.\ncameras:\n";
  const auto cameras = static_cast<int>(plan.camera_urls.size());
  for (int i = 1; i <= cameras; ++i) {
    const std::string& url = plan.camera_urls[static_cast<std::size_t>(i - 1)];
    yaml += fmt::format("  - {{name: cam{}, url: \"{}\"", i, url);
    if (!plan.findface_url.empty()) yaml += fmt::format(", id: {}, token: {}", i, camera_token(i));
    yaml += "}\n";
  }
  // A camera that fails is noticed and tried again quickly: more tries in less time.
  yaml += "defaults: {source_timeout: 4, rtsp_reconnect_delay: 0.5, filter_min_size: 20}\n";
  const auto quoted = [](const std::filesystem::path& path) { return Json(path.string()).dump(); };
  yaml += "delivery:\n  stop_timeout: 20\n";
  yaml += plan.findface_url.empty() ? "  directory: " + quoted(plan.folder / "faces") + "\n"
                                    : "  findface: {url: \"" + plan.findface_url + "\"}\n";
  yaml += "outbox: {path: " + quoted(plan.folder / "outbox.db") + "}\n";
  yaml += "ledger: {path: " + quoted(plan.folder / "events.db") + "}\n";
  yaml += fmt::format("memory: {{budget_bytes: {}}}\n", kBudgetBase + cameras * kBudgetPerCamera);
  return yaml;
}

Result<std::unique_ptr<testing::Child>> start_job(const JobPlan& plan) {
  const std::filesystem::path settings = plan.folder / "vigia.yaml";
  const Status written = write_file_atomically(settings, job_settings(plan), ReadableBy::owner);
  if (!written) return written.error();
  testing::ChildStart start{.program = program_beside("vigia"),
                            .arguments = {"run", "-c", settings.string(), "--summary",
                                          (plan.folder / "summary.json").string(), "--set=web.listen=off"},
                            .environment = job_environment(plan),
                            .out = plan.folder / "stdout.txt",
                            .err = plan.folder / "log.txt"};
  if (plan.verbose) start.arguments.emplace_back("--verbose");
  for (const std::string& set : plan.sets) start.arguments.push_back("--set=" + set);
  return testing::Child::start(start);
}

std::string last_log_lines(const JobPlan& plan, std::size_t lines) {
  std::deque<std::string> last;
  std::ifstream log(plan.folder / "log.txt");
  for (std::string line; std::getline(log, line);) {
    last.push_back("  " + line + "\n");
    if (last.size() > lines) last.pop_front();
  }
  std::string text;
  for (const std::string& line : last) text += line;
  return text;
}

std::uint64_t JobSummary::not_posted_total() const {
  std::uint64_t sum = 0;
  for (const auto& [reason, count] : not_posted) sum += count;
  return sum;
}

Result<JobSummary> read_job_summary(const JobPlan& plan) {
  auto text = read_file(plan.folder / "summary.json", kLargestSummary);
  if (!text) return text.error();
  try {
    return read_counts(Json::parse(*text));
  } catch (const Json::exception& error) {
    return Error{ErrorCode::invalid, std::string("the summary is not as it should be: ") + error.what()};
  }
}

}  // namespace vigia::soak
