// What became of one camera's frames and faces: every loss that is allowed is counted here.
// A closed track ends as posted, as pending in the outbox, as failed, or not posted for one reason.
// Threads: thread-safe; numbers are read one by one.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "domain/face_reason.h"

namespace vigia::orchestrator {

struct CameraLedger {
  using Counter = std::atomic<std::uint64_t>;

  Counter frames_processed{0};  // a detector has looked at them
  Counter frames_dropped{0};    // gave way to newer ones
  Counter frames_skipped{0};    // left out by detector_step
  Counter detector_errors{0};
  Counter faces_detected{0};
  Counter tracks_closed{0};
  Counter faces_posted{0};
  Counter faces_failed{0};
  std::array<Counter, domain::kAllReasons.size()> faces_not_posted{};

  void not_posted(domain::Reason reason) { ++faces_not_posted.at(static_cast<std::size_t>(reason)); }
};

}  // namespace vigia::orchestrator
