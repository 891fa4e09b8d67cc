// The books of cameras that were removed while the program runs: what they did stays in the totals, and what
// of them still waits to be delivered is booked when it is.
//
// The newest 100 have a row each; older ones of which nothing waits any more only a common sum. So a server
// that adds and removes cameras for months makes nothing grow. A camera that comes back takes its books with
// it, and goes on in them.
// Threads: one thread at a time; the ledgers are thread-safe.
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
  std::weak_ptr<const pipeline::CameraContext> context{};  // what is on its way to the outbox holds it
  bool is_settled = false;                                 // nothing waits, and that was told
};

class RemovedCameras {
 public:
  static constexpr std::size_t kMostRows = 100;

  void add(RemovedCamera camera);
  std::optional<RemovedCamera> take(std::int64_t id);
  // Those of which nothing waits any more, each told once.
  std::vector<std::int64_t> settle();

  // State REMOVED, the oldest first. seconds: of the run.
  void append_rows(double seconds, std::vector<status::CameraStatus>& rows) const;
  // Of those without a row; nothing: there are none.
  [[nodiscard]] const std::optional<status::CameraStatus>& sum() const noexcept { return sum_; }

 private:
  void bound();

  std::deque<RemovedCamera> cameras_;  // the oldest first
  std::optional<status::CameraStatus> sum_;
};

}  // namespace vigia::fleet
