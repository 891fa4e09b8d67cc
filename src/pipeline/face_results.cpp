#include "pipeline/face_results.h"

#include <utility>

#include "base/log.h"
#include "pipeline/track_ends.h"

namespace vigia::pipeline {

void FaceResults::add_camera(const std::string& name, std::shared_ptr<CameraCounters> counters) {
  MutexLock lock(mutex_);
  by_name_.insert_or_assign(name, std::move(counters));
}

void FaceResults::add_camera(std::int64_t id, std::shared_ptr<CameraCounters> counters) {
  MutexLock lock(mutex_);
  by_id_.insert_or_assign(id, std::move(counters));
}

void FaceResults::remove_camera(std::int64_t id) {
  MutexLock lock(mutex_);
  by_id_.erase(id);
}

std::shared_ptr<CameraCounters> FaceResults::counters_of(const domain::Shot& shot) const {
  MutexLock lock(mutex_);
  if (shot.camera_id) {
    const auto found = by_id_.find(*shot.camera_id);
    if (found != by_id_.end()) return found->second;
  }
  const auto found = by_name_.find(shot.camera);
  return found == by_name_.end() ? nullptr : found->second;
}

void FaceResults::recovered(const domain::Shot& shot) {
  if (!ledger_.enabled()) return;
  ledger::TrackEnd end;
  end.key = key_of(shot);
  end.camera_id = shot.camera_id;
  end.text = "was in view when Vigia ended without a stop";
  end.face_width = shot.face.width;
  end.face_height = shot.face.height;
  end.quality = shot.quality;
  end.score = shot.score;
  ledger_.record(std::move(end));
}

void FaceResults::delivered(const domain::Shot& shot) {
  if (const auto counters = counters_of(shot)) {
    ++counters->faces_posted;
    counters->shot_left();
  }
  ledger_.settle(key_of(shot), ledger::DeliveryStatus::posted, {});
  log::face("{}: face posted: track {} of {}, quality {:.2f}, {:.0f}x{:.0f} pixels",
            log::CameraName{shot.camera}, shot.track, format_utc(told_time(shot)), shot.quality.total,
            shot.face.width, shot.face.height);
}

void FaceResults::refused(const domain::Shot& shot, domain::Reason reason, const std::string& text) {
  if (const auto counters = counters_of(shot)) {
    counters->not_posted(reason);
    counters->shot_left();
  }
  ledger_.settle(key_of(shot), reason, text);
}

void FaceResults::failed(const domain::Shot& shot, const std::string& text) {
  if (const auto counters = counters_of(shot)) {
    ++counters->faces_failed;
    counters->shot_left();
  }
  ledger_.settle(key_of(shot), ledger::DeliveryStatus::failed, text);
}

}  // namespace vigia::pipeline
