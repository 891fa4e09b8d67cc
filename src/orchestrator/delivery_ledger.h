// Books what became of the shots that left the outbox, under the camera they are from.
// Threads: thread-safe.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "orchestrator/camera_context.h"
#include "outbox/send.h"

namespace vigia::orchestrator {

class DeliveryLedger final : public outbox::DeliveryListener {
 public:
  void add_camera(const std::shared_ptr<CameraContext>& camera);

  void delivered(const domain::Shot& shot) override;
  void refused(const domain::Shot& shot, domain::Reason reason, const std::string& text) override;
  void failed(const domain::Shot& shot, const std::string& text) override;

 private:
  // Of a camera of this run; shots that an earlier run left in the outbox may be of others.
  std::shared_ptr<CameraContext> find(const std::string& camera) const;

  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<CameraContext>> cameras_ GUARDED_BY(mutex_);
};

}  // namespace vigia::orchestrator
