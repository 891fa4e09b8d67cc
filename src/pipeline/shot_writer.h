// Turns closed tracks into shots and writes them to the outbox: the frame becomes a JPEG, the shot a
// durable row, and only then the track is forgotten (retired). When several orders wait, their shots are
// written together: one fsync for all. What the disk will not take now is the outbox's worry, not ours.
// The ledger is told of every end.
//
// The best shots so far of open tracks go to the outbox's journal, when shots are written anyway, else within
// about kJournalWaits: so they cost at most one fsync more a second.
// Threads: run() on one thread; it returns once the orders are closed and all are done.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "memory/memory_manager.h"
#include "outbox/outbox.h"
#include "pipeline/shot_orders.h"
#include "pipeline/stage_latency.h"
#include "pipeline/track_ends.h"
#include "shot/make_shot.h"

namespace vigia::pipeline {

class ShotWriter {
 public:
  static constexpr std::size_t kMostTogether = 16;
  static constexpr std::size_t kMostJournalled = 64;  // together
  static constexpr Nanoseconds kJournalWaits = std::chrono::seconds(1);

  ShotWriter(ShotOrders& orders, outbox::Outbox& outbox, memory::MemoryManager& memory, StageLatency& latency,
             ledger::Ledger& ledger)
      : orders_(orders),
        outbox_(outbox),
        memory_(memory),
        make_shot_(memory, latency.of(Stage::encode)),
        ends_(ledger, make_shot_) {}

  void run();

 private:
  void carry_out(ShotOrder order);
  void make(const std::shared_ptr<CameraContext>& camera, track::Finished finished);
  void keep_so_far(const std::shared_ptr<CameraContext>& camera, std::unique_ptr<domain::Track> track);
  void note_end(const CameraContext& camera, const domain::Track& track);
  void save();
  void save_journal();

  ShotOrders& orders_;
  outbox::Outbox& outbox_;
  memory::MemoryManager& memory_;
  shot::MakeShot make_shot_;
  TrackEnds ends_;
  std::vector<domain::Shot> unsaved_;
  std::vector<std::unique_ptr<domain::Track>> tracks_;  // of these shots
  std::vector<outbox::EndedTrack> ended_;
  std::vector<domain::Shot> journal_;  // of tracks that go on
  SteadyTime journal_since_;           // the first of them
};

}  // namespace vigia::pipeline
