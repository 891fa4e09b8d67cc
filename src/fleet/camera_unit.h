// One running camera: its source on a thread of its own, its strand, its counters. With two streams the
// source is the small one; the main one is read on a second thread, and kept encoded (camera/kept_stream.h).
//
// To remove it while the other threads run: request_stop(), join(), stop calling tick(), wait for is_gone(),
// destroy. Threads: start(), request_stop(), join() and destruction one thread at a time; the others are
// thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/worker.h"
#include "camera/stream_camera.h"
#include "findface/detector_filters.h"
#include "load/overload.h"
#include "pipeline/camera_context.h"
#include "pipeline/strand.h"
#include "status/camera_status.h"

namespace vigia::fleet {

// The state of a camera whose last frame the detector failed on, while frames come and once a file has come
// to its end; else it is that of its source.
inline constexpr const char* kDetectorFails = "DETECTOR_FAILS";

// Puts that state in the source's place where it applies. source: the source's.
void tell_of_detector(camera::CameraState source, const pipeline::CameraCounters& counters,
                      status::CameraStatus& status);

// What a camera passes to the one that replaces it, beside its counters.
struct CameraHistory {
  camera::CameraStats stats{};  // the counters only
};

// The stricter of both for sizes and quality; FindFace's roi if it is set.
shot::ShotOptions stricter(shot::ShotOptions own, const findface::DetectorFilters& theirs);

class CameraUnit {
 public:
  // shared: with the other cameras; its keys are those of the settings.
  CameraUnit(std::shared_ptr<pipeline::CameraContext> context, int index, pipeline::StrandWorld world,
             CameraHistory history = {}, camera::CameraShared shared = {});

  // after: the delay before it begins, unless it is stopped first. hold: it waits that out first.
  // Throws std::system_error when no thread can be created; the unit is then at its end, as after a stop.
  void start(Nanoseconds after, std::optional<camera::StreamCamera::Hold> hold = {});
  void request_stop() {
    thread_.request_stop();
    main_thread_.request_stop();
  }
  void join() {
    thread_.join();
    main_thread_.join();
  }

  // Applies these filters, with the camera's own, from the next turn on.
  void apply_filters(const findface::DetectorFilters& theirs);

  void tick() { strand_.tick(); }
  [[nodiscard]] pipeline::Strand::LiveState presence() const { return strand_.presence(); }
  [[nodiscard]] Nanoseconds take_worker_time() noexcept { return strand_.take_worker_time(); }
  // True once its source has ended (or was stopped) and all its frames and tracks are handed on.
  [[nodiscard]] bool drained() const noexcept { return strand_.drained(); }
  [[nodiscard]] bool is_gone() const noexcept { return strand_.is_gone(); }
  // Its frames come, and its thread has not kept up with them for two seconds.
  [[nodiscard]] bool is_decoded_late() const;
  // Adds the pictures of its source, decoded and not.
  void add_decoding(load::StrandLoad& seen) const;
  // The cost of decoding one of its frames, relative to 720p, by its pixels. 1 before the first frame.
  [[nodiscard]] double decodes() const;
  // Of the searched frames; 0x0: none has come yet.
  [[nodiscard]] domain::Size frame_size() const;
  // Its settings, with filter_min_size in pixels of those frames.
  [[nodiscard]] pipeline::CameraSettings settings_as_searched() const;
  [[nodiscard]] const std::shared_ptr<pipeline::CameraContext>& context() const noexcept { return context_; }
  // Includes the history that it was given.
  [[nodiscard]] CameraHistory history() const;
  [[nodiscard]] status::CameraStatus status(double seconds) const;

 private:
  void tell_of_pictures(const camera::CameraStats& stats, status::CameraStatus& status) const;

  const std::shared_ptr<pipeline::CameraContext> context_;
  const CameraHistory past_;
  pipeline::Strand strand_;
  camera::StreamCamera source_;
  std::unique_ptr<camera::StreamCamera> main_source_;  // null: there is one stream
  Clock& clock_;
  Worker thread_;
  Worker main_thread_;
};

// What is kept of the camera's main stream, if faces are to be found in another one. Null: in the same one.
std::unique_ptr<closeup::MainStream> make_main_stream(const pipeline::CameraSettings& camera,
                                                      memory::MemoryManager& memory);

// The figures of a camera from its history and counters, also long after it was removed.
status::CameraStatus status_of(const std::string& name, const CameraHistory& history,
                               const pipeline::CameraCounters& ledger, double seconds);

}  // namespace vigia::fleet
