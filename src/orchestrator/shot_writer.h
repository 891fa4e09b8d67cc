// Turns closed tracks into shots and writes them to the outbox: the frame becomes a JPEG, the shot a
// durable row, and only then the track is forgotten (retired). A shot that the outbox will not take now
// (a full disk) is kept in memory and tried again every second; beyond kMostUnsaved the oldest is given
// up and counted.
// Threads: run() on one thread; it returns once the orders are closed and all are done.
#pragma once

#include <deque>
#include <memory>

#include "memory/memory_manager.h"
#include "orchestrator/shot_orders.h"
#include "orchestrator/stage_latency.h"
#include "outbox/outbox.h"
#include "shot/make_shot.h"

namespace vigia::orchestrator {

class ShotWriter {
 public:
  static constexpr std::size_t kMostUnsaved = 256;

  ShotWriter(ShotOrders& orders, outbox::Outbox& outbox, memory::MemoryManager& memory, StageLatency& latency)
      : orders_(orders), outbox_(outbox), memory_(memory), make_shot_(memory, latency.of(Stage::encode)) {}

  void run();

 private:
  struct Unsaved {
    std::shared_ptr<CameraContext> camera;
    domain::Shot shot;
  };

  void carry_out(ShotOrder order);
  void write(const std::shared_ptr<CameraContext>& camera, track::Finished finished);
  // False: the outbox will not have it now.
  bool save(const Unsaved& unsaved);
  void keep_for_later(Unsaved unsaved);
  void save_kept();
  void give_up_kept();

  ShotOrders& orders_;
  outbox::Outbox& outbox_;
  memory::MemoryManager& memory_;
  shot::MakeShot make_shot_;
  std::deque<Unsaved> kept_;
};

}  // namespace vigia::orchestrator
