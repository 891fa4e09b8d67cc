// Counts what became of the shots that left the outbox, under the camera they are from, and tells the ledger.
// FindFace's cameras are known by their number, since they may be renamed while shots wait; those of the
// settings by their name. Threads: thread-safe.
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

  // An end that the earlier run could not tell of.
  void recovered(const domain::Shot& shot) override;
  void delivered(const domain::Shot& shot) override;
  void refused(const domain::Shot& shot, domain::Reason reason, const std::string& text) override;
  void failed(const domain::Shot& shot, const std::string& text) override;

 private:
  // Of a camera of this run; shots that an earlier run left in the outbox may be of others.
  std::shared_ptr<CameraCounters> counters_of(const domain::Shot& shot) const;

  ledger::Ledger& ledger_;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<CameraCounters>> by_name_ GUARDED_BY(mutex_);
  std::map<std::int64_t, std::shared_ptr<CameraCounters>> by_id_ GUARDED_BY(mutex_);
};

}  // namespace vigia::pipeline
