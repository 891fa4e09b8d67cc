#include "status/snapshot.h"

#include <algorithm>

#include "status/camera_counters.h"

namespace vigia::status {

void CameraStatus::add(const CameraStatus& other) {
  for (const auto& [called, field] : kCameraCounters) this->*field += other.*field;
  for (const auto& [why, count] : other.faces_not_posted) faces_not_posted[why] += count;
}

std::string without_video(std::span<const CameraStatus> cameras) {
  constexpr std::size_t kMostNamed = 8;
  std::string names;
  std::size_t count = 0;
  for (const CameraStatus& camera : cameras) {
    if (camera.reason.empty() && camera.state != "MISCONFIGURED") continue;
    if (++count > kMostNamed) continue;
    const std::string& why = camera.reason.empty() ? camera.state : camera.reason;
    names += (names.empty() ? "" : ", ") + camera.name + " (" + why + " since " +
             format_utc(camera.since).substr(0, 19) + "Z)";
  }
  if (count == 0) return {};
  if (count > kMostNamed) names += " and " + std::to_string(count - kMostNamed) + " more";
  return "no video: " + names;
}

std::string_view to_string(BreakerState state) noexcept {
  switch (state) {
    case BreakerState::closed:
      return "closed";
    case BreakerState::open:
      return "open";
    case BreakerState::half_open:
      return "half_open";
  }
  return "?";
}

std::string Snapshot::gave_up(Ended ended) const {
  if (outbox.never_on_disk > 0) {
    return "faces are lost: the disk had not taken them when the program ended";
  }
  const auto camera = std::ranges::find_if(cameras, &CameraStatus::failed);
  if (ended == Ended::stopped || camera == cameras.end()) return {};
  return "camera '" + camera->name + "' did not come to its end: " + camera->message;
}

std::uint64_t Snapshot::total(std::uint64_t CameraStatus::*counter) const {
  std::uint64_t sum = former ? (*former).*counter : 0;
  for (const CameraStatus& camera : cameras) sum += camera.*counter;
  return sum;
}

}  // namespace vigia::status
