// Copies the facts of a track that goes on, for a shot that is made meanwhile: without its thumbnail and its
// best shot. Cost: one allocation. Threads: pure.
#pragma once

#include <memory>

#include "domain/track.h"

namespace vigia::track {

[[nodiscard]] inline std::unique_ptr<domain::Track> copy_of_facts(const domain::Track& track) {
  auto copy = std::make_unique<domain::Track>();
  copy->id = track.id;
  copy->camera = track.camera;
  copy->continues = track.continues;
  copy->already_posted = track.already_posted;
  copy->joined = track.joined;
  copy->sightings = track.sightings;
  copy->first_seen = track.first_seen;
  copy->last_seen = track.last_seen;
  copy->last_box = track.last_box;
  copy->movement = track.movement;
  return copy;
}

}  // namespace vigia::track
