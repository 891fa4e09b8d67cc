#include "orchestrator/delivery_ledger.h"

#include <utility>

#include "base/log.h"
#include "orchestrator/track_ends.h"

namespace vigia::orchestrator {

void DeliveryLedger::add_camera(const std::string& name, std::shared_ptr<CameraLedger> books) {
  MutexLock lock(mutex_);
  by_name_.insert_or_assign(name, std::move(books));
}

void DeliveryLedger::add_camera(std::int64_t id, std::shared_ptr<CameraLedger> books) {
  MutexLock lock(mutex_);
  by_id_.insert_or_assign(id, std::move(books));
}

void DeliveryLedger::remove_camera(std::int64_t id) {
  MutexLock lock(mutex_);
  by_id_.erase(id);
}

std::shared_ptr<CameraLedger> DeliveryLedger::books_of(const domain::Shot& shot) const {
  MutexLock lock(mutex_);
  if (shot.camera_id) {
    const auto found = by_id_.find(*shot.camera_id);
    if (found != by_id_.end()) return found->second;
  }
  const auto found = by_name_.find(shot.camera);
  return found == by_name_.end() ? nullptr : found->second;
}

void DeliveryLedger::recovered(const domain::Shot& shot) {
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

void DeliveryLedger::delivered(const domain::Shot& shot) {
  if (const auto books = books_of(shot)) {
    ++books->faces_posted;
    books->shot_left();
  }
  ledger_.settle(key_of(shot), ledger::Progress::posted, {});
  log::info("{}: face posted: track {} of {}, quality {:.2f}, {:.0f}x{:.0f} pixels", shot.camera, shot.track,
            format_utc(shot.captured), shot.quality.total, shot.face.width, shot.face.height);
}

void DeliveryLedger::refused(const domain::Shot& shot, domain::Reason reason, const std::string& text) {
  if (const auto books = books_of(shot)) {
    books->not_posted(reason);
    books->shot_left();
  }
  ledger_.settle(key_of(shot), reason, text);
}

void DeliveryLedger::failed(const domain::Shot& shot, const std::string& text) {
  if (const auto books = books_of(shot)) {
    ++books->faces_failed;
    books->shot_left();
  }
  ledger_.settle(key_of(shot), ledger::Progress::failed, text);
}

void RouteLedger::recovered(const domain::Shot& shot) {
  if (faces_ != nullptr) faces_->recovered(shot);
}

void RouteLedger::delivered(const domain::Shot& shot) {
  ++delivered_count;
  if (faces_ != nullptr) faces_->delivered(shot);
}

void RouteLedger::refused(const domain::Shot& shot, domain::Reason reason, const std::string& text) {
  ++refused_count;
  if (faces_ != nullptr) faces_->refused(shot, reason, text);
}

void RouteLedger::failed(const domain::Shot& shot, const std::string& text) {
  ++failed_count;
  if (faces_ != nullptr) faces_->failed(shot, text);
}

}  // namespace vigia::orchestrator
