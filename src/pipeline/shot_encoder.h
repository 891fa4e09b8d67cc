// Turns closed tracks into shots: encodes the frame as JPEG, gives its buffer back to the camera, and passes
// the shot to the writer. Records every end in the ledger. Nothing here waits for a disk: see
// encoded_shots.h.
//
// The best shots so far of open tracks go the same way, if the outbox's journal wants them.
//
// For a camera with two streams the JPEG is made from the main one (src/closeup/). An order that needs a
// moment which has not come yet waits for it, up to a few seconds, with all that follow for that camera;
// those of other cameras go on. While more than kMostBefore orders wait, the small stream's picture is taken
// instead: the time for decoding has a bound, and no face is lost for it. Threads: run() on one thread; it
// returns once the orders are closed and all are done, and closes `encoded`.
#pragma once

#include <deque>
#include <memory>

#include "closeup/take_close_up.h"
#include "ledger/ledger.h"
#include "memory/memory_manager.h"
#include "outbox/outbox.h"
#include "pipeline/encoded_shots.h"
#include "pipeline/shot_orders.h"
#include "pipeline/stage_latency.h"
#include "pipeline/track_ends.h"
#include "shot/make_shot.h"

namespace vigia::pipeline {

class ShotEncoder {
 public:
  // What it works with. All must outlive it.
  struct World {
    EncodedShots& encoded;
    outbox::Outbox& outbox;
    memory::MemoryManager& memory;
    StageLatency& latency;
    ledger::Ledger& ledger;
    Clock& clock;
    closeup::TakeCloseUp::MakeDetector make_detector{};  // called when the first close-up is taken
    float min_detection_score = 0;
  };
  ShotEncoder(ShotOrders& orders, const World& world)
      : orders_(orders),
        encoded_(world.encoded),
        outbox_(world.outbox),
        memory_(world.memory),
        make_shot_(world.memory, world.latency.of(Stage::encode)),
        close_ups_(make_shot_, world.make_detector, {world.memory, world.clock, world.min_detection_score}),
        ends_(world.ledger, make_shot_) {}

  void run();

 private:
  static constexpr std::size_t kMostBefore = 96;

  void take(ShotOrder order);
  void carry_out(ShotOrder order);
  void go_on_with_late();
  [[nodiscard]] bool is_behind_late(const ShotOrder& order) const;
  [[nodiscard]] bool must_wait(const ShotOrder& order) const;
  void take_close_up(domain::ShotImage& image, const CameraContext& camera);
  std::optional<domain::Reason> judge(domain::Track& track, const CameraContext& camera);
  void make(const std::shared_ptr<CameraContext>& camera, track::Finished finished);
  void keep_so_far(const CameraContext& camera, std::unique_ptr<domain::Track> track);

  ShotOrders& orders_;
  EncodedShots& encoded_;
  outbox::Outbox& outbox_;
  memory::MemoryManager& memory_;
  shot::MakeShot make_shot_;
  closeup::TakeCloseUp close_ups_;
  TrackEnds ends_;
  bool has_lower_priority_ = false;  // once it has taken a close-up
  std::deque<ShotOrder> late_;       // wait for their main streams
};

}  // namespace vigia::pipeline
