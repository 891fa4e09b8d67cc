#include "web/problem_finder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <tuple>

#include "camera/camera_state.h"
#include "camera/condition.h"

namespace vigia::web {
namespace {

using namespace std::chrono_literals;
using status::BreakerState;
using status::CameraStatus;

constexpr auto kStaysFor = 1h;          // what has grown is shown
constexpr auto kMemoryStaysFor = 5min;  // the same of refused leases: frames are lost, faces hardly
constexpr Nanoseconds kBehind = 5min;   // a receiver
constexpr double kCameraWaits = 60;     // seconds
constexpr std::array<std::string_view, 6> kKinds{"disk", "receiver", "camera", "memory", "load", "program"};

std::string_view state_of(camera::CameraState state) {
  return to_string(state);
}

bool should_send(const CameraStatus& camera) {
  using camera::CameraState;
  return camera.state != status::kRemoved && camera.state != state_of(CameraState::disabled) &&
         camera.state != state_of(CameraState::completed);
}

std::string advice_of(std::string_view reason) {
  for (const camera::Condition condition : camera::kAllConditions) {
    if (to_string(condition) == reason) return std::string(remedy(condition));
  }
  return {};
}

UtcTime before(UtcTime now, double seconds) {
  return now - std::chrono::duration_cast<UtcTime::duration>(from_seconds(seconds));
}

std::optional<UtcTime> known(UtcTime time) {
  if (time == UtcTime()) return std::nullopt;
  return time;
}

// "13:05"
std::string clock_text(UtcTime time) {
  return format_utc(time).substr(11, 5);
}

std::string capital(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

}  // namespace

std::string_view to_string(ProblemKind kind) noexcept {
  return kKinds.at(static_cast<std::size_t>(kind));
}

CameraCounts count_cameras(const status::Snapshot& snapshot) {
  CameraCounts counts;
  for (const CameraStatus& camera : snapshot.cameras) {
    if (!should_send(camera)) continue;
    ++counts.total;
    const bool begins = camera.reason.empty() && (camera.state == state_of(camera::CameraState::starting) ||
                                                  camera.state == state_of(camera::CameraState::not_started));
    ++(camera.is_online ? counts.online : begins ? counts.starting : counts.offline);
  }
  return counts;
}

Health health_of(const std::vector<StateProblem>& problems, const CameraCounts& cameras) {
  Health health{.level = "ok", .code = "ok", .kind = ProblemKind::program};
  if (problems.empty()) {
    const int waited_for = cameras.starting;
    if (waited_for > 0) health.level = health.code = "starting";
    health.text = waited_for > 0
                      ? fmt::format("Starting: {} of {} cameras send video", cameras.online, cameras.total)
                      : fmt::format("All well: {} of {} cameras send video", cameras.online, cameras.total);
    return health;
  }
  const StateProblem& worst = problems.front();
  health.level = worst.is_error ? "error" : "warning";
  health.code = worst.code;
  health.kind = worst.kind;
  health.subject = worst.subject;
  health.since = worst.since;
  health.others = static_cast<int>(problems.size()) - 1;
  health.text = capital(worst.text);
  if (worst.since) health.text += fmt::format(" (since {} UTC)", clock_text(*worst.since));
  if (health.others > 0) health.text += fmt::format("; and {} more", health.others);
  health.advice = worst.advice;
  return health;
}

std::vector<StateProblem> ProblemFinder::find(const status::Snapshot& snapshot, UtcTime now) {
  found_.clear();
  add_program(snapshot, now);
  add_receivers(snapshot, now);
  for (const CameraStatus& camera : snapshot.cameras) add_camera(camera, now);
  remember_since(now);
  std::ranges::stable_sort(found_, {}, [](const StateProblem& one) {
    return std::tuple(!one.is_error, one.kind, one.since.value_or(UtcTime::max()));
  });
  return std::move(found_);
}

void ProblemFinder::add_program(const status::Snapshot& snapshot, UtcTime now) {
  const status::OutboxStatus& outbox = snapshot.outbox;
  if (outbox.in_memory > 0) {
    found_.push_back({true,
                      "disk_refuses",
                      ProblemKind::disk,
                      "",
                      {},
                      fmt::format("the disk refuses {} faces, which are kept in memory", outbox.in_memory),
                      "free or repair the disk of outbox.path before Vigia ends"});
  }
  add_growing(lost_, outbox.shed + outbox.lost, now,
              {true,
               "faces_lost",
               ProblemKind::disk,
               "",
               {},
               fmt::format("{} faces were given up since the start", outbox.shed + outbox.lost),
               "look into the log, and give outbox.max_bytes or the disk more room"});
  add_growing(
      ledger_lost_, snapshot.ledger_lost, now,
      {false,
       "ledger_lost",
       ProblemKind::disk,
       "",
       {},
       fmt::format("{} ends of tracks were not recorded; no face is lost by it", snapshot.ledger_lost),
       "free or repair the disk of ledger.path"});
  const memory::MemoryStats& memory = snapshot.memory;
  add_growing(refused_, memory.leases_refused, now,
              {false,
               "memory_full",
               ProblemKind::memory,
               "",
               {},
               fmt::format("memory is short: {} buffers were refused since the start", memory.leases_refused),
               "raise memory.budget_bytes, or watch fewer cameras"});
  if (memory.growth.alarm && memory.growth.alarm->matters) {
    found_.push_back({false,
                      "memory_grows",
                      ProblemKind::memory,
                      "",
                      {},
                      fmt::format("{} grows and reaches its limit in {}", memory.growth.alarm->what,
                                  memory::format_duration(memory.growth.alarm->seconds)),
                      "report it, with the answer of /api/v1/memory"});
  }
  if (snapshot.load.level > 0) {
    found_.push_back({false,
                      "overloaded",
                      ProblemKind::load,
                      "",
                      {},
                      fmt::format("too little time: faces are searched in {} of every {}. frame",
                                  snapshot.load.input, snapshot.load.step),
                      "watch fewer cameras, raise detector_step, or use a faster machine"});
  }
  if (snapshot.crashes > 0) {
    found_.push_back(
        {false,
         "crashed_before",
         ProblemKind::program,
         "",
         {},
         fmt::format("Vigia crashed {} times in the last day and started itself again", snapshot.crashes),
         "report it, with the log"});
  }
}

void ProblemFinder::add_receivers(const status::Snapshot& snapshot, UtcTime now) {
  for (const status::RouteStatus& route : snapshot.routes) {
    const bool is_down = route.breaker.state != BreakerState::closed;
    if (is_down) {
      found_.push_back(
          {true, "receiver_down", ProblemKind::receiver, route.name, before(now, route.breaker.seconds),
           fmt::format("{} takes no faces, {} wait: {}", route.name, route.pending, route.breaker.why),
           "look whether the server runs and its address is right; faces wait on disk"});
    }
    for (const status::CameraWait& wait : route.waits) {
      if (wait.seconds < kCameraWaits) continue;
      found_.push_back(
          {false, "receiver_refuses_camera", ProblemKind::receiver, route.name, before(now, wait.seconds),
           fmt::format("{} does not take the faces of camera {}: {}", route.name, wait.camera, wait.why),
           "look at this camera's id and token there"});
    }
    const auto waiting =
        std::ranges::find(snapshot.outbox.routes, route.name, &status::OutboxStatus::Route::name);
    if (is_down || waiting == snapshot.outbox.routes.end() || waiting->oldest < kBehind) continue;
    found_.push_back({false, "delivery_behind", ProblemKind::receiver, route.name,
                      before(now, to_seconds(waiting->oldest)),
                      fmt::format("{} is behind: {} faces wait", route.name, waiting->pending),
                      "look how long the server takes for a face; delivery.senders sends more at a time"});
  }
}

void ProblemFinder::add_camera(const CameraStatus& camera, UtcTime now) {
  if (!should_send(camera)) return;
  StateProblem problem{
      .is_error = true, .code = camera.reason, .kind = ProblemKind::camera, .subject = camera.name};
  problem.since = known(camera.since);
  if (camera.state == state_of(camera::CameraState::misconfigured)) {
    problem.code = "misconfigured";
    problem.text = fmt::format("the settings of camera {} are wrong: {}", camera.name, camera.message);
    problem.advice = "correct its url, ffmpeg_params or ffmpeg_format, and start Vigia again";
  } else if (camera.state == "DETECTOR_FAILS") {
    problem.code = "detector_fails";
    problem.text = fmt::format("no faces are found by camera {}: {}", camera.name, camera.message);
    problem.advice = "look into the log, and report it";
  } else if (!camera.reason.empty()) {
    problem.text = fmt::format("camera {} sends no video: {}", camera.name, camera.message);
    problem.advice = advice_of(camera.reason);
  } else if (camera.failed) {
    problem.code = "camera_failed";
    problem.text = fmt::format("camera {} has ended: {}", camera.name, camera.message);
    problem.advice = "look at its url, and start Vigia again";
  }
  if (!problem.text.empty()) found_.push_back(std::move(problem));
  add_conditions(camera, now);
}

void ProblemFinder::add_conditions(const CameraStatus& camera, UtcTime now) {
  for (const status::ConditionStatus& condition : camera.conditions) {
    if (condition.name == camera.reason) continue;
    const bool is_blind = condition.name == "frozen" || condition.name == "dark";
    found_.push_back({is_blind, condition.name, ProblemKind::camera, camera.name,
                      before(now, to_seconds(condition.held)),
                      fmt::format("camera {}: {}", camera.name, condition.text), condition.remedy});
  }
}

void ProblemFinder::add_growing(Growing& counter, std::uint64_t value, UtcTime now, StateProblem problem) {
  if (value > counter.before && (counter.begun || value > 0)) counter.grown = now;
  counter.before = value;
  counter.begun = true;
  const auto stays =
      problem.kind == ProblemKind::memory ? UtcTime::duration(kMemoryStaysFor) : UtcTime::duration(kStaysFor);
  if (!counter.grown || now - *counter.grown > stays) return;
  found_.push_back(std::move(problem));
}

void ProblemFinder::remember_since(UtcTime now) {
  std::map<std::string, UtcTime> still;
  for (StateProblem& problem : found_) {
    if (problem.since) continue;
    const std::string key = problem.code + " " + problem.subject;
    const auto seen = first_seen_.find(key);
    problem.since = still[key] = seen == first_seen_.end() ? now : seen->second;
  }
  first_seen_ = std::move(still);
}

}  // namespace vigia::web
