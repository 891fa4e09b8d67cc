// Writes encoded shots to the outbox. Several that wait are written together: one fsync for all. The outbox
// keeps what the disk refuses, and tries it again.
//
// The best shots so far of open tracks go to the outbox's journal when shots are written anyway, else within
// about kJournalWaits: so they cost at most one extra fsync a second.
// Threads: run() on one thread; it returns once `encoded` is closed and all of it is written.
#pragma once

#include <cstddef>
#include <vector>

#include "base/clock.h"
#include "domain/shot.h"
#include "outbox/outbox.h"
#include "pipeline/encoded_shots.h"

namespace vigia::pipeline {

class ShotWriter {
 public:
  static constexpr std::size_t kMostTogether = 16;
  static constexpr std::size_t kMostJournalled = 64;  // together
  static constexpr Nanoseconds kJournalWaits = std::chrono::seconds(1);

  ShotWriter(EncodedShots& encoded, outbox::Outbox& outbox) : encoded_(encoded), outbox_(outbox) {}

  void run();

 private:
  void take(EncodedShot encoded);
  void note_end(outbox::EndedTrack ended);
  void note_so_far(domain::Shot shot);
  void save();
  void save_journal();

  EncodedShots& encoded_;
  outbox::Outbox& outbox_;
  std::vector<domain::Shot> unsaved_;
  std::vector<outbox::EndedTrack> ended_;
  std::vector<domain::Shot> journal_;  // of tracks that go on
  SteadyTime journal_since_;           // the first of them
};

}  // namespace vigia::pipeline
