// Handles one camera's frames in order, by one worker at a time: finds faces, grades them and joins them to
// the camera's tracks. The strand owns the tracks, so detection and tracking need no lock or queue between
// them, and two workers cannot split one person into two tracks.
//
// A few frames may wait. When one more comes, the oldest is dropped and counted, except for cameras that
// must not drop, and for late frames (domain::Look): there the camera's thread waits for room.
//
// view() says for how long nobody has been in view, so that the camera may hibernate. A probe only answers
// that: a face in it is somebody, and so is a weak one where none was seen while nobody was there.
//
// Locks: one, between the camera's thread and the worker whose turn it is, held for moving one frame and
// never over a call to anything else. No other thread ever takes it: tick() and the getters use atomics.
//
// To end it while the other threads run: stop the frames, call end(), stop calling tick(); once is_gone() is
// true, no worker and no list refers to it, and it may be destroyed.
//
// Threads: deliver() and end() belong to the camera's thread, take_turn() to the worker that got the
// strand from RunQueue, tick() to housekeeping; the others are thread-safe.
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
#include "detect/motion_gate.h"
#include "ledger/ledger.h"
#include "memory/retirable.h"
#include "pipeline/camera_context.h"
#include "pipeline/detector_failures.h"
#include "pipeline/in_view.h"
#include "pipeline/load_meter.h"
#include "pipeline/run_queue.h"
#include "pipeline/shot_orders.h"
#include "pipeline/stage_latency.h"
#include "shot/grade.h"
#include "track/manage_tracks.h"

namespace vigia::pipeline {

// What all strands share.
struct StrandWorld {
  memory::MemoryManager& memory;
  Clock& clock;
  RunQueue& turns;
  ShotOrders& orders;
  StageLatency& latency;
  LoadMeter& load;
  ledger::Ledger* ledger = nullptr;  // counts the ends that it could not record; null: nothing counts them
  Nanoseconds journal_interval{0};   // how often the best shots so far of open tracks are stored; 0: never
  float min_detection_score = 0;     // detections below it only continue tracks
};

class Strand final : public camera::FrameSink {
 public:
  // Numbers its tracks on from those that the camera's counters have closed.
  Strand(std::shared_ptr<CameraContext> camera, int index, StrandWorld world);
  ~Strand() override;
  Strand(const Strand&) = delete;
  Strand& operator=(const Strand&) = delete;

  void opened(bool live) override;
  void deliver(domain::Frame frame, const std::stop_token& stop) override;
  [[nodiscard]] camera::SinkView view() const noexcept override;
  // No more frames will come: once those that wait are handled, the open tracks are closed.
  void end();
  // Lets the tracks of a camera that sends nothing end in time.
  void tick();
  void take_turn(detect::Detector& detector);

  // Grades faces by these filters from the next turn on (by the camera's own until the first call). Takes no
  // lock; a later call replaces filters that no turn has used yet.
  void set_filters(const shot::ShotOptions& filters);

  // For RunQueue: see run_queue.h.
  [[nodiscard]] QueueSlot<Strand>& place() noexcept { return place_; }
  [[nodiscard]] bool try_schedule() noexcept;

  // known: a live camera that is present, or was lately; delivering: it sends frames now. See load_meter.h.
  struct LiveState {
    bool known = false, delivering = false;
  };
  [[nodiscard]] LiveState presence() const;

  // Worker time in its turns since the last call; 0 unless the camera is live. Called by housekeeping.
  [[nodiscard]] Nanoseconds take_worker_time() noexcept { return Nanoseconds(busy_.exchange(0)); }

  // True once end() was called and everything is handed on.
  [[nodiscard]] bool drained() const noexcept { return drained_.load(std::memory_order_acquire); }
  [[nodiscard]] bool is_gone() const noexcept {
    return drained() && !place_.wake_pending.load(std::memory_order_acquire);
  }
  // Of any frame; SteadyTime(): none has come.
  [[nodiscard]] SteadyTime last_arrival() const noexcept {
    return has_frames_.load(std::memory_order_relaxed) ? last_arrival_.load(std::memory_order_relaxed)
                                                       : SteadyTime();
  }
  [[nodiscard]] Nanoseconds last_stream_time() const noexcept {
    return Nanoseconds(last_stream_time_.load());
  }

 private:
  [[nodiscard]] bool left_out(const domain::Frame& frame);
  [[nodiscard]] int overload_step() const;
  void note_interval(const domain::Frame& frame);
  void note_arrival(const domain::Frame& frame, SteadyTime now);
  void note_drop(SteadyTime now);
  std::optional<domain::Frame> take_frame();
  void process(const domain::Frame& frame, detect::Detector& detector, SteadyTime now);
  [[nodiscard]] bool must_wait(const domain::Frame& frame) const REQUIRES(mutex_);
  void show(const domain::Frame& frame);
  std::optional<detect::SearchArea> where_to_look(const domain::Frame& frame);
  void take_size(domain::Size size);
  void warn_of_misfits();
  void let_time_pass(SteadyTime now);
  void hand_on();
  void order(ShotOrder shot_order);
  void bound_held_frames();
  void keep_open_tracks(SteadyTime now);
  void finish_turn(SteadyTime begun);
  void take_new_filters() noexcept;
  void fit_filters_to_main();
  [[nodiscard]] int least_face() const noexcept;
  [[nodiscard]] Nanoseconds encode_before() const noexcept;

  // The worker that takes it retires it.
  struct NewFilters : memory::Retirable {
    explicit NewFilters(const shot::ShotOptions& filters) : Retirable(sizeof(NewFilters)), grader(filters) {}
    const shot::Grader grader;
  };

  // Constant after construction.
  const std::shared_ptr<CameraContext> camera_;
  const StrandWorld world_;
  const std::size_t capacity_;
  const bool is_live_;

  // The camera's thread's.
  std::optional<Nanoseconds> last_stream_;  // of the frame before
  Nanoseconds frame_interval_{0};           // approximate, by stream_time; 0: not known yet
  int unlooked_ = 0;                        // frames left out by overload since the last one let through
  bool begun_ = false;                      // a frame was let through
  std::atomic<bool> may_drop_;              // workers read it
  SteadyTime settled_at_{};                 // frames that it drops after this are a sign of overload

  // State of the queue or worker that has the strand scheduled.
  QueueSlot<Strand> place_;

  // State of the worker that has the turn.
  detect::MotionGate gate_;
  shot::ShotOptions filters_;  // in pixels of the picture that is posted
  shot::Grader grader_;        // by the same, in pixels of the frame
  track::ManageTracks tracks_;
  std::vector<domain::Box> followed_;  // where the tracks' faces were seen last
  std::vector<domain::Detection> found_;
  std::vector<domain::Sighting> sightings_;
  std::vector<track::Finished> finished_;
  std::vector<std::shared_ptr<domain::ShotImage>> to_encode_;
  std::vector<std::unique_ptr<domain::Track>> to_journal_;
  domain::Size main_size_;           // that the grader was made for
  domain::Size size_, size_before_;  // of the last frame, and of the last one that was not like it
  bool zones_unchecked_ = false;     // whether rot and roi fit it
  bool closed_all_ = false;
  InView in_view_;  // its nobody_for() is read by the camera's thread
  DetectorFailures detector_failures_;
  bool was_late_ = false;     // the frame of this turn
  bool is_searched_ = false;  // likewise: its faces are in sightings_

  std::atomic<NewFilters*> next_filters_{nullptr};  // for the worker to take
  std::atomic<bool> drained_{false};
  std::atomic<Nanoseconds::rep> busy_{0};  // of a live camera, since take_worker_time()
  std::atomic<bool> has_open_tracks_{false};
  std::atomic<Nanoseconds::rep> last_stream_time_{0};
  std::atomic<bool> is_idle_{false};    // its frames are probes
  std::atomic<bool> scheduled_{false};  // in RunQueue, or with a worker; the thread that sets it pushes
  std::atomic<SteadyTime> scheduled_since_{};  // without a pause
  std::atomic<SteadyTime> work_came_{};        // when new work last came
  std::atomic<SteadyTime> last_delivery_;      // of a frame to look at
  std::atomic<SteadyTime> last_arrival_;       // of any frame
  std::atomic<bool> has_frames_{false};        // one has come

  // State below is protected by mutex_.
  Mutex mutex_;
  CondVar room_;  // for frames that must not be dropped
  Ring<domain::Frame> waiting_ GUARDED_BY(mutex_);
  bool ended_ GUARDED_BY(mutex_) = false;
  bool is_waited_for_ GUARDED_BY(mutex_) = false;  // room
};

}  // namespace vigia::pipeline
