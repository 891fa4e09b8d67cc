// A person, or a picture of one: what is known of each track, and what is remembered of the camera's places.
//
// A face that went or changed by filter_min_movement is a person's. One that went less, but did go, is not
// wanted. One that did neither while it was watched for OpenTrack::kSurely is a picture. Until then it has
// the benefit of the doubt, unless the same face was seen at the same place before just as still, or is seen
// there now: then that other track will tell. Only what is seen clearly counts: nobody near who may cover a
// part of it, and the detector as sure as before.
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

  // A strong sighting of the track; faces: all of its frame.
  void watch(OpenTrack& open, const domain::Sighting& face, const domain::Frame& frame,
             std::span<const domain::Sighting> faces) const;

  [[nodiscard]] bool has_moved(const OpenTrack& open) const noexcept {
    return open.track->movement >= min_movement_;
  }
  // As far as can be told at that time. all: the camera's tracks; those without facts are gone.
  [[nodiscard]] bool is_still(const OpenTrack& open, std::span<const OpenTrack> all, Nanoseconds now) const;
  // Whether it may yet turn out to be a picture, if it is waited for.
  [[nodiscard]] bool is_undecided(const OpenTrack& open) const noexcept {
    return min_movement_ > 0 && open.is_undecided();
  }
  // A track that ends. Whether it was posted or not: seen here again just as still, it need not be. One that
  // moved or lived is no picture, whatever was remembered of its place.
  void remember(const OpenTrack& open);

 private:
  const float min_movement_;
  StillPlaces places_;
};

}  // namespace vigia::track
