#include "fleet/removed_cameras.h"

#include <algorithm>
#include <utility>

namespace vigia::fleet {
namespace {

bool has_waiting(const RemovedCamera& camera) {
  return !camera.context.expired() || camera.counters->shots_waiting > 0;
}

}  // namespace

void RemovedCameras::add(RemovedCamera camera) {
  cameras_.push_back(std::move(camera));
  bound();
}

std::optional<RemovedCamera> RemovedCameras::take(std::int64_t id) {
  const auto found = std::ranges::find(cameras_, id, &RemovedCamera::id);
  if (found == cameras_.end()) return std::nullopt;
  RemovedCamera camera = std::move(*found);
  cameras_.erase(found);
  return camera;
}

std::vector<std::int64_t> RemovedCameras::settle() {
  std::vector<std::int64_t> settled;
  for (RemovedCamera& camera : cameras_) {
    if (camera.is_settled || has_waiting(camera)) continue;
    camera.is_settled = true;
    settled.push_back(camera.id);
  }
  bound();
  return settled;
}

void RemovedCameras::bound() {
  while (cameras_.size() > kMostRows) {
    const auto oldest = std::ranges::find_if(cameras_, &RemovedCamera::is_settled);
    if (oldest == cameras_.end()) return;  // each still has shots to deliver; the bound is applied afterwards
    if (!sum_) sum_.emplace();
    sum_->add(status_of(oldest->name, oldest->history, *oldest->counters, 0));
    cameras_.erase(oldest);
  }
}

void RemovedCameras::append_rows(double seconds, std::vector<status::CameraStatus>& rows) const {
  for (const RemovedCamera& camera : cameras_) {
    rows.push_back(status_of(camera.name, camera.history, *camera.counters, seconds));
    rows.back().state = "REMOVED";
  }
}

}  // namespace vigia::fleet
