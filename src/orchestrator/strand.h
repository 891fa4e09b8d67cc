// One camera's frames, in order, handled by one worker at a time: found, graded, joined to the camera's
// tracks. The strand owns the tracks, so no lock and no queue stands between detection and tracking, and
// no person is split in two by two workers.
//
// A few frames may wait. When one more comes, the oldest is dropped and counted, except for cameras that
// must not drop: their thread waits for room.
//
// Threads: deliver() and end() belong to the camera's thread, take_turn() to the worker that got the
// strand from Turns, tick() to housekeeping; the others are thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/ring.h"
#include "camera/frame_sink.h"
#include "detect/detector.h"
#include "orchestrator/camera_context.h"
#include "orchestrator/shot_orders.h"
#include "orchestrator/stage_latency.h"
#include "orchestrator/turns.h"
#include "shot/grade.h"
#include "track/manage_tracks.h"

namespace vigia::orchestrator {

// What all strands share.
struct StrandWorld {
  memory::MemoryManager& memory;
  Clock& clock;
  Turns& turns;
  ShotOrders& orders;
  StageLatency& latency;
};

class Strand final : public camera::FrameSink {
 public:
  Strand(std::shared_ptr<CameraContext> camera, int index, StrandWorld world);

  void deliver(domain::Frame frame, const std::stop_token& stop) override;
  // No more frames will come: once those that wait are handled, the open tracks are closed.
  void end();
  // Time passes also for a camera that sends nothing: lets its tracks end.
  void tick();
  void take_turn(detect::Detector& detector);

  // True once end() was called and everything is handed on.
  [[nodiscard]] bool drained() const noexcept { return drained_; }
  [[nodiscard]] Nanoseconds last_stream_time() const noexcept {
    return Nanoseconds(last_stream_time_.load());
  }

 private:
  std::optional<domain::Frame> take_frame();
  void process(const domain::Frame& frame, detect::Detector& detector);
  void let_time_pass();
  void hand_on();
  void order(ShotOrder shot_order);
  void bound_held_frames();
  void finish_turn();
  [[nodiscard]] bool may_drop() const;

  // Constant after construction.
  const std::shared_ptr<CameraContext> camera_;
  const StrandWorld world_;
  const std::size_t capacity_;

  // The worker's, who has the turn.
  shot::Grader grader_;
  track::ManageTracks tracks_;
  std::vector<domain::Detection> found_;
  std::vector<domain::Sighting> sightings_;
  std::vector<track::Finished> finished_;
  std::vector<std::shared_ptr<domain::ShotImage>> to_encode_;
  bool closed_all_ = false;

  std::atomic<bool> drained_{false};
  std::atomic<bool> has_open_tracks_{false};
  std::atomic<Nanoseconds::rep> last_stream_time_{0};

  // State below is protected by mutex_.
  Mutex mutex_;
  CondVar room_;
  Ring<domain::Frame> waiting_ GUARDED_BY(mutex_);
  bool scheduled_ GUARDED_BY(mutex_) = false;  // in Turns, or with a worker
  bool ended_ GUARDED_BY(mutex_) = false;
  SteadyTime last_delivery_ GUARDED_BY(mutex_);
};

}  // namespace vigia::orchestrator
