// Counts the outcomes of one camera's frames and faces: every loss that is allowed is counted here.
// A closed track ends as posted, as pending in the outbox, as failed, or not posted for one reason.
// Every frame handed over by the camera is, once nothing waits any more, one of: processed, dropped,
// skipped for one of three reasons, probed, or a detector error.
// It outlives its camera: the numbers go on when the camera is replaced, and shots that are delivered after
// the camera was removed are still counted.
// Threads: thread-safe; numbers are read one by one.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/clock.h"
#include "domain/face_reason.h"

namespace vigia::pipeline {

struct CameraCounters {
  using Counter = std::atomic<std::uint64_t>;

  Counter frames_processed{0};         // searched by a detector
  Counter frames_dropped{0};           // gave way to newer ones
  Counter frames_skipped{0};           // left out by detector_step
  Counter frames_overload_skipped{0};  // left out by the step of overload
  Counter frames_imotion_skipped{0};   // nobody was there and nothing moved
  Counter frames_probed{0};            // of an idle camera: searched, but joined to no track
  Counter detector_errors{0};          // the detector failed on them
  Counter faces_detected{0};
  Counter tracks_closed{0};
  Counter faces_posted{0};
  Counter faces_failed{0};
  std::array<Counter, domain::kAllReasons.size()> faces_not_posted{};
  std::atomic<SteadyTime> last_face{SteadyTime()};  // when one was last found; SteadyTime(): never
  std::atomic<bool> detector_fails{false};          // it failed on the last frame that it was given
  std::atomic<std::int64_t> shots_waiting{0};       // in the outbox, of this run

  // Counts one more; returns how many there were before.
  std::uint64_t not_posted(domain::Reason reason) {
    return faces_not_posted.at(static_cast<std::size_t>(reason))++;
  }
  // A shot left the outbox. A shot of an earlier run was never counted, so it stays at 0.
  void shot_left() noexcept {
    std::int64_t waiting = shots_waiting;
    while (waiting > 0 && !shots_waiting.compare_exchange_weak(waiting, waiting - 1)) {
    }
  }
};

}  // namespace vigia::pipeline
