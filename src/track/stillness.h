// Decides whether a track is a person or a picture of one, from the track and the camera's remembered places.
//
// A face that moved or changed by filter_min_movement is a person's. One that moved less, but did move, is
// not posted. One that did neither while it was watched for OpenTrack::kSurely is a picture. Until then it
// has the benefit of the doubt, unless the same face was seen at the same place before, just as still, or is
// seen there now: then that other track decides. Only clear sightings count: nobody is near who may cover a
// part of the face, and the detector is as sure as before.
//
// A place is remembered only for what is surely a picture: it was watched for kSurely, or was still there
// when the detector had long lost it, or is at a remembered place. A person who stands still for a moment and
// walks off is not remembered: at a turnstile hundreds of people stand at one spot, and some of them look
// alike.
//
// Cost: see liveness.h; nothing without a picture. Threads: one thread at a time.
#pragma once

#include <span>

#include "domain/frame.h"
#include "domain/sighting.h"
#include "track/open_track.h"
#include "track/still_places.h"

namespace vigia::track {

class Stillness {
 public:
  explicit Stillness(double filter_min_movement) : min_movement_(static_cast<float>(filter_min_movement)) {}

  // Takes a strong sighting of the track; faces: all of its frame.
  void watch(OpenTrack& open, const domain::Sighting& face, const domain::Frame& frame,
             std::span<const domain::Sighting> faces) const;

  [[nodiscard]] bool has_moved(const OpenTrack& open) const noexcept {
    return open.track->movement >= min_movement_;
  }
  // True if it is a picture, as far as is known at that time. all: the camera's tracks; those without facts
  // are skipped.
  [[nodiscard]] bool is_still(const OpenTrack& open, std::span<const OpenTrack> all, Nanoseconds now) const;
  // True if it may still turn out to be a picture, given more time.
  [[nodiscard]] bool is_undecided(const OpenTrack& open) const noexcept {
    return min_movement_ > 0 && open.is_undecided();
  }
  // Notes whether the picture of a track that is about to end is still where it was, although no face is
  // found there. frame: a later one than the track's last; faces: all of that frame.
  void look_back(OpenTrack& open, const domain::Frame& frame, std::span<const domain::Sighting> faces) const;
  // Call it for each track that ends, posted or not: if it was a picture, the same face at this place is not
  // posted again. If it moved or lived, its place is forgotten.
  void remember(const OpenTrack& open);

 private:
  const float min_movement_;
  StillPlaces places_;
};

}  // namespace vigia::track
