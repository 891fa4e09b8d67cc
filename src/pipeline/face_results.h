// Counts the outcomes of shots that left the outbox, under the camera they are from, and records them in the
// ledger. FindFace's cameras are identified by their number, since they may be renamed while shots wait;
// those of the settings by their name. Threads: thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "ledger/ledger.h"
#include "outbox/shot_listener.h"
#include "pipeline/camera_counters.h"

namespace vigia::pipeline {

class FaceResults final : public outbox::ShotListener {
 public:
  explicit FaceResults(ledger::Ledger& ledger) : ledger_(ledger) {}

  void add_camera(const std::string& name, std::shared_ptr<CameraCounters> counters);
  void add_camera(std::int64_t id, std::shared_ptr<CameraCounters> counters);
  void remove_camera(std::int64_t id);

  // Records the end that the earlier run could not record.
  void recovered(const domain::Shot& shot) override;
  void delivered(const domain::Shot& shot) override;
  void refused(const domain::Shot& shot, domain::Reason reason, const std::string& text) override;
  void failed(const domain::Shot& shot, const std::string& text) override;

 private:
  // Null if this run has no such camera: an earlier run may have left its shots in the outbox.
  std::shared_ptr<CameraCounters> counters_of(const domain::Shot& shot) const;

  ledger::Ledger& ledger_;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<CameraCounters>> by_name_ GUARDED_BY(mutex_);
  std::map<std::int64_t, std::shared_ptr<CameraCounters>> by_id_ GUARDED_BY(mutex_);
};

}  // namespace vigia::pipeline
