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

constexpr Nanoseconds kWhileAnotherTries = 2s;
constexpr Nanoseconds kPauseForEachThatWaits = 10s;
constexpr Nanoseconds kLongestPause = 1h;
constexpr Nanoseconds kSayAgainAfter = 1h;
constexpr Nanoseconds kForgottenAfter = 3h;  // without a failure: the camera is gone, or its shots are

}  // namespace

CameraWaits::CameraWaits(std::string receiver, Clock& clock)
    : receiver_(std::move(receiver)), clock_(clock) {}

bool CameraWaits::waits(const Camera& camera) const {
  return camera.failed.size() >= kShotsUntilWait ||
         (!camera.failed.empty() && newcomers_ >= kCamerasUntilAll);
}

Nanoseconds CameraWaits::until_turn(const std::string& camera) {
  MutexLock lock(mutex_);
  const auto found = cameras_.find(camera);
  if (found == cameras_.end() || !waits(found->second)) return Nanoseconds::zero();
  if (found->second.trying) return kWhileAnotherTries;
  const SteadyTime now = clock_.now();
  if (now < found->second.until) return found->second.until - now;
  found->second.trying = true;
  return Nanoseconds::zero();
}

void CameraWaits::tried(const std::string& camera) {
  MutexLock lock(mutex_);
  if (const auto found = cameras_.find(camera); found != cameras_.end()) found->second.trying = false;
}

void CameraWaits::succeeded(const std::string& camera) {
  double waited = -1;
  {
    MutexLock lock(mutex_);
    const auto found = cameras_.find(camera);
    if (found != cameras_.end() && waits(found->second)) {
      waited = to_seconds(clock_.now() - found->second.since);
      for (auto& [name, other] : cameras_) other.until = SteadyTime::min();
    }
    newcomers_ = 0;
    takes_shots_ = true;
    if (found != cameras_.end()) {
      found->second.failed.clear();
      found->second.tries = 0;
    }
  }
  if (waited >= 0)
    log::info("{}: camera {}: faces are taken again after {:.0f} s", receiver_, camera, waited);
}

CameraWaits::Meaning CameraWaits::failed(const std::string& camera, std::int64_t id, const std::string& why,
                                         std::optional<Nanoseconds> after) {
  Meaning meaning;
  bool say = false;
  {
    MutexLock lock(mutex_);
    const SteadyTime now = clock_.now();
    forget_old(now);
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
  }
  if (say) log::warn("{}: camera {}: a face waits and is tried again: {}", receiver_, camera, why);
  return meaning;
}

Nanoseconds CameraWaits::pause_of(const Camera& camera, std::optional<Nanoseconds> after) {
  const Nanoseconds pause = std::max(backoff(camera.tries, random_), believable(after));
  if (newcomers_ < kCamerasUntilAll) return pause;
  const auto failing =
      std::ranges::count_if(cameras_, [](const auto& one) { return !one.second.failed.empty(); });
  return std::clamp<Nanoseconds>(kPauseForEachThatWaits * failing, pause, std::max(pause, kLongestPause));
}

void CameraWaits::forget_old(SteadyTime now) {
  std::erase_if(cameras_, [now](const auto& one) {
    return !one.second.trying && now - one.second.last >= kForgottenAfter;
  });
}

std::vector<status::CameraWait> CameraWaits::status() const {
  MutexLock lock(mutex_);
  const SteadyTime now = clock_.now();
  std::vector<status::CameraWait> all;
  for (const auto& [name, camera] : cameras_) {
    if (camera.failed.empty()) continue;
    all.push_back({.camera = name, .seconds = to_seconds(now - camera.since), .why = camera.why});
  }
  return all;
}

}  // namespace vigia::delivery
