// The state of the whole program at one moment, as plain values. Each part fills its own piece, and
// everything that shows the state is made from this and from nothing else: the summary, the log line of each
// minute, the states of cameras that couriers publish.
//
//   const status::Snapshot now = orchestrator.snapshot();
//   log::info("{} frames", now.total(&status::CameraStatus::frames_processed));
//
// Threads: a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/log_line.h"
#include "memory/memory_stats.h"
#include "status/camera_status.h"
#include "status/latency_status.h"
#include "status/load_status.h"
#include "status/outbox_status.h"
#include "status/route_status.h"

namespace vigia::status {

struct Snapshot {
  double seconds = 0;       // since the start
  std::size_t crashes = 0;  // after which the program started itself again, in the day before this start
  int workers = 0;
  std::vector<CameraStatus> cameras;   // the running ones, then removed ones, state REMOVED
  std::optional<CameraStatus> former;  // sum of the removed ones that no longer have a row
  CameraListStatus camera_list;
  LoadStatus load;
  LatencyStatus latency;
  double cpu_seconds = 0;  // of all threads of this process
  OutboxStatus outbox;
  std::vector<RouteStatus> routes;  // the primary one first
  std::uint64_t ledger_lost = 0;    // entries that the ledger of tracks' ends could not keep
  memory::MemoryStats memory;
  log::LogCounts log;

  // Why the program did not do what it was started for; empty: it did. by_itself: no stop ended the run, so
  // every camera should have come to its end. A failure on the way (a receiver that did not take a face, a
  // camera in a run that was stopped) is in the counters and states, and is not a reason.
  enum class Ended { by_itself, stopped };
  [[nodiscard]] std::string gave_up(Ended ended) const;
  // The sum of a counter over all cameras, including removed ones.
  [[nodiscard]] std::uint64_t total(std::uint64_t CameraStatus::*counter) const;
  // Faces that wait on the primary route.
  [[nodiscard]] std::uint64_t faces_pending() const { return routes.empty() ? 0 : routes.front().pending; }
};

}  // namespace vigia::status
