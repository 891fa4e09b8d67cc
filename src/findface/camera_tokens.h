// The token of each camera, for posting its faces. Filled from the settings or FindFace's list; a token that
// the server changes is replaced during the run. Secrets: kept in memory only.
// Threads: thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "domain/camera_spec.h"

namespace vigia::findface {

class CameraTokens {
 public:
  // Adds or replaces tokens; cameras without id or token are skipped.
  void add(const std::vector<domain::CameraSpec>& cameras) {
    MutexLock lock(mutex_);
    for (const domain::CameraSpec& camera : cameras) {
      if (camera.id && !camera.token.empty()) tokens_[*camera.id] = camera.token;
    }
  }
  void set(std::int64_t camera_id, std::string token) {
    MutexLock lock(mutex_);
    tokens_[camera_id] = std::move(token);
  }
  void remove(std::int64_t camera_id) {
    MutexLock lock(mutex_);
    tokens_.erase(camera_id);
  }
  [[nodiscard]] std::optional<std::string> find(std::int64_t camera_id) const {
    MutexLock lock(mutex_);
    const auto found = tokens_.find(camera_id);
    return found == tokens_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  mutable Mutex mutex_;
  std::map<std::int64_t, std::string> tokens_ GUARDED_BY(mutex_);
};

}  // namespace vigia::findface
