// Turns closed tracks into shots: encodes the frame as JPEG, gives its buffer back to the camera, and passes
// the shot to the writer. Records every end in the ledger. Nothing here waits for a disk: see
// encoded_shots.h.
//
// The best shots so far of open tracks go the same way, if the outbox's journal wants them.
// Threads: run() on one thread; it returns once the orders are closed and all are done, and closes `encoded`.
#pragma once

#include <memory>

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
  };
  ShotEncoder(ShotOrders& orders, const World& world)
      : orders_(orders),
        encoded_(world.encoded),
        outbox_(world.outbox),
        memory_(world.memory),
        make_shot_(world.memory, world.latency.of(Stage::encode)),
        ends_(world.ledger, make_shot_) {}

  void run();

 private:
  void carry_out(ShotOrder order);
  void make(const std::shared_ptr<CameraContext>& camera, track::Finished finished);
  void keep_so_far(const CameraContext& camera, std::unique_ptr<domain::Track> track);

  ShotOrders& orders_;
  EncodedShots& encoded_;
  outbox::Outbox& outbox_;
  memory::MemoryManager& memory_;
  shot::MakeShot make_shot_;
  TrackEnds ends_;
};

}  // namespace vigia::pipeline
