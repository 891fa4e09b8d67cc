// One camera: opens its source, decodes and paces it, and hands it over frame by frame, for ever. After a
// failure it closes the source, waits and tries again.
//
//   StreamCamera camera(spec, options, memory, system_clock());
//   camera.run(stop, sink);           // on a thread of the caller's; returns at the stop
//   camera.stats();                   // at any time, from any thread
//
// Guarantees
// - Every failure of a source (gone, silent for source_timeout, undecodable, ended) leads to a new attempt
//   after a pause (retry.h): rtsp_reconnect_delay, doubled each time to 30 s; minutes after a refused login;
//   reset by a good minute. It never gives up. Only wrong settings (MISCONFIGURED) end run().
// - A connection that is out of step, or shows nothing after a loss, is made anew at once, without a back-off
//   (reopening.h). That is counted (reopened) and logged once in ten minutes, with the number of times.
// - A stop ends every wait at once, for the network within about 100 ms.
// - Frames are whole and clean: see decoder.h. Their stream_time never goes backwards.
// - Losses are counted: see camera_stats.h. A failure is logged once, and again every ten minutes while it
//   lasts, with the number of attempts; no more than some lines a minute (failure_log.h). No secret is
//   logged.
// - rtsps:// and https:// are verified, before a password is sent; tls_insecure is warned of by run().
// - Memory: one pool of frame buffers (picture_pool.h), kept over reconnects while the picture's size stays
//   the same; a closed decoder is retired.
// Cost: about 2 ms of one core for a frame of 720p H.264; it allocates nothing per frame but FFmpeg's own
// reference nodes. Threads: run() one thread at a time; stats() thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "camera/camera_options.h"
#include "camera/camera_stats.h"
#include "camera/failure_log.h"
#include "camera/frame_sink.h"
#include "camera/retry.h"
#include "camera/stream_job.h"
#include "domain/camera_spec.h"
#include "memory/memory_manager.h"

namespace vigia::camera {

class StreamCamera {
 public:
  // memory, clock and what is shared must outlive it and its frames.
  StreamCamera(domain::CameraSpec spec, const CameraOptions& options, memory::MemoryManager& memory,
               Clock& clock, CameraShared shared = {});

  // Waits for that long, INTERRUPTED for that reason, before run(). Returns whether no stop came meanwhile.
  struct Hold {
    Nanoseconds time{0};
    Condition reason = Condition::crashed;
    std::string message{};
  };
  bool wait_out(const Hold& hold, const std::stop_token& stop);

  // Returns when stopped, when a single_pass source is COMPLETED (or INTERRUPTED if it broke off: it is not
  // read twice), or when the camera is DISABLED or MISCONFIGURED.
  void run(const std::stop_token& stop, FrameSink& sink) { try_for_ever(stop, &sink, nullptr); }
  // The same without decoding: its packets are kept there. A recording is MISCONFIGURED: nothing could be
  // asked for in time.
  void keep(const std::stop_token& stop, KeptStream& kept) { try_for_ever(stop, nullptr, &kept); }

  [[nodiscard]] CameraStats stats() const;
  // The state alone, without a lock.
  [[nodiscard]] CameraState state() const noexcept { return counters_.state.load(std::memory_order_relaxed); }
  [[nodiscard]] const domain::CameraSpec& spec() const noexcept { return spec_; }

 private:
  void try_for_ever(const std::stop_token& stop, FrameSink* sink, KeptStream* kept);
  Status attempt(const std::stop_token& stop, FrameSink* sink, KeptStream* kept);
  // How long to wait before the next attempt; nothing: there is none.
  std::optional<Nanoseconds> handle(const Status& end, const std::stop_token& stop);
  std::optional<Nanoseconds> handle_failure(const Error& error);
  void frame_comes(domain::Size size, bool is_first);
  void begin_try();
  void set(CameraState state, std::optional<Condition> reason, std::string message);
  void note_reopened(const std::string& why);
  [[nodiscard]] bool recorded() const;
  [[nodiscard]] Signal signal() const;

  // Constant after construction.
  const domain::CameraSpec spec_;
  const CameraOptions options_;
  const CameraShared shared_;
  memory::MemoryManager& memory_;
  Clock& clock_;

  // Used by the camera's thread only.
  StreamContinuity state_;
  Retry retry_;
  FailureLog failures_;
  Condition failed_by_ = Condition::offline;  // the last attempt that failed
  bool seen_ = false;                         // frames came before
  bool reopens_ = false;                      // the last attempt gave up its connection only
  SteadyTime began_{};                        // the last attempt
  std::uint64_t reopened_unlogged_ = 0;
  std::optional<SteadyTime> reopened_logged_at_;

  CaptureCounters counters_;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  std::optional<Condition> reason_ GUARDED_BY(mutex_);
  std::string message_ GUARDED_BY(mutex_);
  UtcTime since_ GUARDED_BY(mutex_);
};

}  // namespace vigia::camera
