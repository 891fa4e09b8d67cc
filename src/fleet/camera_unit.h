// One camera at work: its source on a thread of its own, its strand, its counters.
//
// While others work on it ends so: request_stop(), join(), no tick() any more, wait for is_gone(), destroy.
// Threads: start(), stop() and the end: one thread at a time; the others are thread-safe.
#pragma once

#include <memory>
#include <string>

#include "base/worker.h"
#include "camera/stream_camera.h"
#include "findface/detector_filters.h"
#include "pipeline/camera_context.h"
#include "pipeline/strand.h"
#include "status/camera_status.h"

namespace vigia::fleet {

// What a camera leaves to the one that takes its place, beside its ledger.
struct CameraHistory {
  camera::CameraStats stats{};  // the counters only
};

// The stricter of both for sizes and quality; their roi where it is set.
shot::ShotOptions stricter(shot::ShotOptions own, const findface::DetectorFilters& theirs);

class CameraUnit {
 public:
  CameraUnit(std::shared_ptr<pipeline::CameraContext> context, int index, pipeline::StrandWorld world,
             CameraHistory history = {});

  // after: it begins so much later, unless it is stopped before.
  // Throws std::system_error when there is no thread to be had; then it is over, as after a stop.
  void start(Nanoseconds after);
  void request_stop() { thread_.request_stop(); }
  void join() { thread_.join(); }

  // From the next frame on: these beside the camera's own.
  void apply_filters(const findface::DetectorFilters& theirs);

  void tick() { strand_.tick(); }
  [[nodiscard]] pipeline::Strand::LiveState presence() const { return strand_.presence(); }
  [[nodiscard]] Nanoseconds take_worker_time() noexcept { return strand_.take_worker_time(); }
  // True once its source is at its end (or was stopped) and all its frames and tracks are handed on.
  [[nodiscard]] bool drained() const noexcept { return strand_.drained(); }
  [[nodiscard]] bool is_gone() const noexcept { return strand_.is_gone(); }
  // What one of its frames costs to decode, beside one of 720p: by its pixels. Before the first one 1.
  [[nodiscard]] double decodes() const;
  // Of its frames; 0x0: none was there yet.
  [[nodiscard]] domain::Size frame_size() const;
  [[nodiscard]] const std::shared_ptr<pipeline::CameraContext>& context() const noexcept { return context_; }
  // With the past.
  [[nodiscard]] CameraHistory history() const;
  [[nodiscard]] status::CameraStatus status(double seconds) const;

 private:
  const std::shared_ptr<pipeline::CameraContext> context_;
  const CameraHistory past_;
  pipeline::Strand strand_;
  camera::StreamCamera source_;
  Clock& clock_;
  Worker thread_;
};

// The figures of a camera from what it left, also long after it is gone.
status::CameraStatus status_of(const std::string& name, const CameraHistory& history,
                               const pipeline::CameraCounters& ledger, double seconds);

}  // namespace vigia::fleet
