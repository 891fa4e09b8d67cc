// Keeps the counters of cameras that were removed while the program runs: they stay in the totals, and shots
// that still wait are counted when they are delivered.
//
// The newest 100 have a row each; older ones with no waiting shots share one sum. So nothing grows when a
// server adds and removes cameras for months. A camera that comes back continues its counters.
// Threads: one thread at a time; the counters are thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fleet/camera_unit.h"
#include "pipeline/camera_context.h"
#include "status/camera_status.h"

namespace vigia::fleet {

struct RemovedCamera {
  std::int64_t id = 0;
  std::string name{};
  CameraHistory history{};
  std::shared_ptr<pipeline::CameraCounters> counters{};
  std::weak_ptr<const pipeline::CameraContext> context{};  // held by shots on their way to the outbox
  bool is_settled = false;                                 // nothing waits, and settle() has returned it
};

class RemovedCameras {
 public:
  static constexpr std::size_t kMostRows = 100;

  void add(RemovedCamera camera);
  std::optional<RemovedCamera> take(std::int64_t id);
  // The cameras whose shots have all ended; returns each once.
  std::vector<std::int64_t> settle();

  // State REMOVED, the oldest first. seconds: of the run.
  void append_rows(double seconds, std::vector<status::CameraStatus>& rows) const;
  // Of the cameras without a row; nothing: there are none.
  [[nodiscard]] const std::optional<status::CameraStatus>& sum() const noexcept { return sum_; }

 private:
  void bound();

  std::deque<RemovedCamera> cameras_;  // the oldest first
  std::optional<status::CameraStatus> sum_;
};

}  // namespace vigia::fleet
