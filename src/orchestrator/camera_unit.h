// One camera at work: its source on a thread of its own, its strand, its counters.
// Threads: start(), stop() and the end: one thread at a time; the others are thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "base/worker.h"
#include "camera/stream_camera.h"
#include "orchestrator/camera_context.h"
#include "orchestrator/strand.h"
#include "orchestrator/summary.h"

namespace vigia::orchestrator {

class CameraUnit {
 public:
  CameraUnit(std::shared_ptr<CameraContext> context, int index, StrandWorld world);

  // after: it begins so much later, unless it is stopped before.
  void start(Nanoseconds after);
  void request_stop() { thread_.request_stop(); }
  void join() { thread_.join(); }

  void tick() { strand_.tick(); }
  [[nodiscard]] Strand::Presence presence() const { return strand_.presence(); }
  [[nodiscard]] Nanoseconds take_busy() noexcept { return strand_.take_busy(); }
  // True once its source is at its end (or was stopped) and all its frames and tracks are handed on.
  [[nodiscard]] bool drained() const noexcept { return strand_.drained(); }
  // Video comes.
  [[nodiscard]] bool delivers() const noexcept { return source_.state() == camera::CameraState::inprogress; }
  [[nodiscard]] const std::shared_ptr<CameraContext>& context() const noexcept { return context_; }
  [[nodiscard]] CameraSummary summary(double seconds) const;

 private:
  const std::shared_ptr<CameraContext> context_;
  Strand strand_;
  camera::StreamCamera source_;
  Clock& clock_;
  Worker thread_;
};

}  // namespace vigia::orchestrator
