#include "health/health_watch.h"

#include <algorithm>
#include <numeric>

#include "base/log.h"

namespace vigia::health {
namespace {

using camera::Condition;

// Their lines come from the camera itself.
bool is_logged_by_camera(Condition condition) {
  return condition == Condition::offline || condition == Condition::refused || condition == Condition::busy ||
         condition == Condition::crashed || condition == Condition::no_key_frame;
}

// Tracks whose best shot was chosen for delivery, delivered yet or not.
std::uint64_t faces_of(const status::CameraStatus& camera) {
  const std::uint64_t left_out =
      std::accumulate(camera.faces_not_posted.begin(), camera.faces_not_posted.end(), std::uint64_t{0},
                      [](std::uint64_t sum, const auto& reason) { return sum + reason.second; });
  return camera.tracks_closed - std::min(camera.tracks_closed, left_out);
}

// Calls `see` with each camera and its key: its name, and which of those of this name it is.
template <class CameraList, class See>
void for_each_camera(CameraList& cameras, See see) {
  std::map<std::string, int> seen;
  for (auto& camera : cameras) see(camera, std::pair(camera.name, seen[camera.name]++));
}

}  // namespace

HealthWatch::HealthWatch(std::filesystem::path usual_file, Clock& clock, Listener listener)
    : usual_file_(std::move(usual_file)), clock_(clock), listener_(std::move(listener)) {}

void HealthWatch::run(const std::stop_token& stop, const Cameras& cameras) {
  read_usual();
  while (clock_.sleep_for(kEvery, stop)) look(cameras());
  write_usual();
}

void HealthWatch::look(const std::vector<status::CameraStatus>& cameras) {
  const SteadyTime now = clock_.now();
  const Nanoseconds passed = looked_ ? now - *looked_ : Nanoseconds(0);
  looked_ = now;
  std::map<Key, std::vector<status::ConditionStatus>> conditions;
  std::set<Key> present;
  for_each_camera(cameras, [&](const status::CameraStatus& camera, const Key& key) {
    if (camera.state == status::kRemoved) return;
    const auto [found, is_new] = watched_.try_emplace(key);
    Watched& watched = found->second;
    if (const auto learned = learned_.find(camera.name); is_new && learned != learned_.end()) {
      watched.usual = UsualFaces(learned->second);
    }
    look_at(camera, watched, passed);
    if (auto holding = watched.health.conditions(now); !holding.empty()) conditions[key] = std::move(holding);
    present.insert(key);
  });
  std::erase_if(watched_, [&](const auto& entry) { return !present.contains(entry.first); });
  {
    MutexLock lock(mutex_);
    conditions_.swap(conditions);
  }
  const int hour = hour_of_week(clock_.utc_now());
  const int before = std::exchange(hour_, hour);
  if (before >= 0 && before != hour) write_usual();
}

void HealthWatch::look_at(const status::CameraStatus& camera, Watched& watched, Nanoseconds passed) {
  const std::uint64_t faces = faces_of(camera);
  const std::uint64_t came = watched.begun ? faces - std::min(faces, watched.faces) : 0;
  watched.begun = true;
  watched.faces = std::max(faces, watched.faces);
  const double missed = watched.usual.pass(passed, hour_of_week(clock_.utc_now()), came, camera.is_online);
  for (const HealthChange& change : watched.health.observe({camera, missed}, clock_.now())) {
    tell(camera, change);
  }
}

void HealthWatch::tell(const status::CameraStatus& camera, const HealthChange& change) {
  if (!is_logged_by_camera(change.condition)) {
    if (change.holds) {
      log::warn("camera '{}': {}: {}; {}", camera.name, to_string(change.condition), change.text,
                remedy(change.condition));
    } else {
      log::info("camera '{}': {} no more, after {:.0f} s", camera.name, to_string(change.condition),
                to_seconds(change.held));
    }
  }
  listener_(camera.name, change);
}

void HealthWatch::add_conditions(std::vector<status::CameraStatus>& cameras) const {
  std::map<Key, std::vector<status::ConditionStatus>> holding;
  {
    MutexLock lock(mutex_);
    holding = conditions_;
  }
  for_each_camera(cameras, [&holding](status::CameraStatus& camera, const Key& key) {
    if (const auto found = holding.find(key); found != holding.end()) camera.conditions = found->second;
  });
}

void HealthWatch::read_usual() {
  if (usual_file_.empty()) return;
  Result<LearnedHours> learned = read_usual_faces(usual_file_);
  if (learned) {
    learned_ = *std::move(learned);
  } else {
    log::warn("{}; what faces are usual is learned anew", learned.error().text);
  }
}

// Cameras that are not there now keep what was learned of them, while there are not too many.
void HealthWatch::write_usual() {
  if (usual_file_.empty()) return;
  if (learned_.size() > kMostLearned) learned_.clear();
  for (const auto& [key, watched] : watched_) {
    if (key.second == 0) learned_[key.first] = watched.usual.learned();
  }
  const Status written = write_usual_faces(usual_file_, learned_);
  if (!written && !write_failed_) {
    log::warn("what faces are usual cannot be kept: {}; it is tried each hour", written.error().text);
  }
  write_failed_ = !written;
}

}  // namespace vigia::health
