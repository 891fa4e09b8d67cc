// One camera: opens its source, decodes and paces it, and hands it over frame by frame, for ever. After a
// failure it closes the source, waits and tries again.
//
//   StreamCamera camera(spec, options, memory, system_clock());
//   camera.run(stop, sink);           // on a thread of the caller's; returns at the stop
//   camera.stats();                   // at any time, from any thread
//
// Guarantees
// - Every failure of a source (gone, silent for source_timeout, undecodable, ended) leads to a new attempt
//   after a back-off: rtsp_reconnect_delay, doubled each time to 30 s, reset by the first frame. It never
//   gives up. Only wrong settings (MISCONFIGURED) end run().
// - A stop ends every wait at once, for the network within about 100 ms.
// - Frames are whole and clean: see decoder.h. Their stream_time never goes backwards.
// - Losses are counted: see camera_stats.h. A failure is logged once, and again every ten minutes while it
//   lasts, with the number of attempts. No secret is logged.
// - rtsps:// and https:// are verified, before a password is sent; tls_insecure is warned of by run().
// - Memory: one pool of frame buffers (picture_pool.h), kept over reconnects while the picture's size stays
//   the same; a closed decoder is retired.
// Cost: about 2 ms of one core for a frame of 720p H.264; it allocates nothing per frame but FFmpeg's own
// reference nodes. Threads: run() one thread at a time; stats() thread-safe.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "camera/backoff.h"
#include "camera/camera_options.h"
#include "camera/camera_stats.h"
#include "camera/frame_sink.h"
#include "camera/stream_job.h"
#include "domain/camera_spec.h"
#include "memory/memory_manager.h"

namespace vigia::camera {

class StreamCamera {
 public:
  // memory and clock must outlive it and its frames.
  StreamCamera(domain::CameraSpec spec, const CameraOptions& options, memory::MemoryManager& memory,
               Clock& clock, KeptKeys keys = {});

  // Returns when stopped, when a single_pass source is COMPLETED (or INTERRUPTED if it broke off: it is not
  // read twice), or when the camera is DISABLED or MISCONFIGURED.
  void run(const std::stop_token& stop, FrameSink& sink);

  [[nodiscard]] CameraStats stats() const;
  // The state alone, without a lock.
  [[nodiscard]] CameraState state() const noexcept { return counters_.state.load(std::memory_order_relaxed); }
  [[nodiscard]] const domain::CameraSpec& spec() const noexcept { return spec_; }

 private:
  // True: try again after a wait.
  bool handle(const Status& end, const std::stop_token& stop);
  void frames_come(const domain::Frame& first);
  void log_failure(const std::string& text);
  void set(CameraState state, std::string message);
  [[nodiscard]] bool recorded() const;

  // Constant after construction.
  const domain::CameraSpec spec_;
  const CameraOptions options_;
  const KeptKeys keys_;
  memory::MemoryManager& memory_;
  Clock& clock_;

  // Used by the camera's thread only.
  StreamContinuity state_;
  Backoff backoff_;
  std::string last_logged_;
  SteadyTime last_logged_at_{};
  std::uint64_t failures_unlogged_ = 0;
  std::uint64_t failures_ = 0;  // since frames last came
  bool seen_ = false;           // frames came before

  CaptureCounters counters_;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  std::string message_ GUARDED_BY(mutex_);
};

}  // namespace vigia::camera
