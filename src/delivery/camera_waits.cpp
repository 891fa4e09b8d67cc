#include "delivery/camera_waits.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "delivery/breaker.h"

namespace vigia::delivery {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""h;
using domain::CameraKey;

constexpr Nanoseconds kPauseForEachThatWaits = 10s;
constexpr Nanoseconds kLongestPause = 1h;
constexpr Nanoseconds kSayAgainAfter = 1h;
constexpr Nanoseconds kForgottenAfter = 3h;  // without a failure: the camera or its shots are gone

}  // namespace

CameraWaits::CameraWaits(std::string receiver, Clock& clock)
    : receiver_(std::move(receiver)), clock_(clock) {}

bool CameraWaits::waits(const Camera& camera) const {
  return camera.failed.size() >= kShotsUntilWait ||
         (!camera.failed.empty() && newcomers_ >= kCamerasUntilAll);
}

std::vector<CameraWaits::Change> CameraWaits::succeeded(const CameraKey& camera) {
  std::vector<Change> changes;
  double waited = -1;
  {
    MutexLock lock(mutex_);
    const auto found = cameras_.find(camera);
    if (found != cameras_.end() && waits(found->second)) {
      waited = to_seconds(clock_.now() - found->second.since);
      for (auto& [key, other] : cameras_) other.until = SteadyTime::min();
    }
    newcomers_ = 0;
    takes_shots_ = true;
    if (found != cameras_.end()) {
      found->second.failed.clear();
      found->second.tries = 0;
    }
    append_changes(changes);
  }
  if (waited >= 0)
    log::info("{}: camera {}: faces are taken again after {:.0f} s", receiver_, log::CameraName{camera.name},
              waited);
  return changes;
}

CameraWaits::Meaning CameraWaits::failed(const CameraKey& camera, std::int64_t id, const std::string& why,
                                         std::optional<Nanoseconds> after) {
  Meaning meaning;
  bool say = false;
  {
    MutexLock lock(mutex_);
    const SteadyTime now = clock_.now();
    meaning.changes = forget_old(now);
    Camera& failing = cameras_[camera];
    const bool is_new = failing.failed.empty();
    if (is_new) {
      failing.since = now;
      ++newcomers_;
    }
    if (failing.failed.size() < kShotsUntilWait) failing.failed.insert(id);
    failing.last = now;
    failing.why = why;
    failing.until = now + pause_of(failing, after);
    if (waits(failing)) ++failing.tries;
    say = is_new && (!failing.said || now - *failing.said >= kSayAgainAfter);
    if (say) failing.said = now;
    const bool all_fail = newcomers_ >= kCamerasUntilAll;
    meaning.receiver = !all_fail ? Receiver::works : is_new ? Receiver::waits : Receiver::unchanged;
    meaning.counts = std::exchange(takes_shots_, false);
    append_changes(meaning.changes);
  }
  if (say)
    log::warn("{}: camera {}: a face was not taken and waits: {}", receiver_, log::CameraName{camera.name},
              why);
  return meaning;
}

Nanoseconds CameraWaits::pause_of(const Camera& camera, std::optional<Nanoseconds> after) {
  const Nanoseconds pause = std::max(backoff(camera.tries, random_), believable(after));
  if (newcomers_ < kCamerasUntilAll) return pause;
  const auto failing =
      std::ranges::count_if(cameras_, [](const auto& one) { return !one.second.failed.empty(); });
  return std::clamp<Nanoseconds>(kPauseForEachThatWaits * failing, pause, std::max(pause, kLongestPause));
}

std::vector<CameraWaits::Change> CameraWaits::forget_old(SteadyTime now) {
  std::vector<Change> changes;
  std::erase_if(cameras_, [now, &changes](const auto& one) {
    const bool is_old = now - one.second.last >= kForgottenAfter;
    if (is_old && one.second.told) changes.push_back({one.first, std::nullopt});
    return is_old;
  });
  return changes;
}

void CameraWaits::append_changes(std::vector<Change>& changes) {
  for (auto& [key, camera] : cameras_) {
    const std::optional<SteadyTime> until = waits(camera) ? std::optional(camera.until) : std::nullopt;
    if (until != std::exchange(camera.told, until)) changes.push_back({key, until});
  }
}

std::vector<status::CameraWait> CameraWaits::status() const {
  MutexLock lock(mutex_);
  const SteadyTime now = clock_.now();
  std::vector<status::CameraWait> all;
  for (const auto& [key, camera] : cameras_) {
    if (camera.failed.empty()) continue;
    all.push_back({.camera = key.name, .seconds = to_seconds(now - camera.since), .why = camera.why});
  }
  return all;
}

}  // namespace vigia::delivery
