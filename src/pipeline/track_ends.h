// Records tracks that ended in the ledger: the facts of each, how it ended, and why, in words.
//
//   auto end = ends.describe(*finished.track, *camera);     // before the best shot is taken out of it
//   auto outcome = make_shot.make(*finished.track, camera->shot_camera);
//   ends.tell(std::move(end), outcome, *camera);
//
// Cost: a small JPEG a track, about 0.03 ms; nothing where no ledger is kept.
// Threads: owner thread only, the shot encoder's.
#pragma once

#include <optional>

#include "domain/shot.h"
#include "domain/track.h"
#include "ledger/ledger.h"
#include "pipeline/camera_context.h"
#include "shot/make_shot.h"

namespace vigia::pipeline {

class TrackEnds {
 public:
  struct Described {
    ledger::TrackEnd end;
    float movement = 0;  // face widths
  };

  // Both must outlive it.
  TrackEnds(ledger::Ledger& ledger, shot::MakeShot& make_shot) : ledger_(ledger), make_shot_(make_shot) {}

  // Nothing: no ledger is kept.
  [[nodiscard]] std::optional<Described> describe(const domain::Track& track, const CameraContext& camera);
  // A shot is pending from now on, until Ledger::settle().
  void tell(std::optional<Described> described, const shot::MakeShot::Outcome& outcome,
            const CameraContext& camera);

 private:
  ledger::Ledger& ledger_;
  shot::MakeShot& make_shot_;
};

// The key under which the ledger has a shot.
[[nodiscard]] ledger::EndKey key_of(const domain::Shot& shot);

}  // namespace vigia::pipeline
