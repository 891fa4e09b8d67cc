#include "orchestrator/delivery_ledger.h"

#include "base/log.h"
#include "orchestrator/track_ends.h"

namespace vigia::orchestrator {

void DeliveryLedger::add_camera(const std::shared_ptr<CameraContext>& camera) {
  MutexLock lock(mutex_);
  cameras_.insert_or_assign(camera->name(), camera);
}

std::shared_ptr<CameraContext> DeliveryLedger::find(const std::string& camera) const {
  MutexLock lock(mutex_);
  const auto found = cameras_.find(camera);
  return found == cameras_.end() ? nullptr : found->second;
}

void DeliveryLedger::delivered(const domain::Shot& shot) {
  if (const auto camera = find(shot.camera)) ++camera->ledger.faces_posted;
  ledger_.settle(key_of(shot), ledger::Progress::posted, {});
  log::info("{}: face posted: track {}, quality {:.2f}, {:.0f}x{:.0f} pixels", shot.camera, shot.track,
            shot.quality.total, shot.face.width, shot.face.height);
}

void DeliveryLedger::refused(const domain::Shot& shot, domain::Reason reason, const std::string& text) {
  if (const auto camera = find(shot.camera)) camera->ledger.not_posted(reason);
  ledger_.settle(key_of(shot), reason, text);
}

void DeliveryLedger::failed(const domain::Shot& shot, const std::string& text) {
  if (const auto camera = find(shot.camera)) ++camera->ledger.faces_failed;
  ledger_.settle(key_of(shot), ledger::Progress::failed, text);
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
