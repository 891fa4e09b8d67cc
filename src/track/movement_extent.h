// Measures how far a face moved: a plain value; cost: a few operations.
//
// It is the larger of the path's extent in face widths and the relative change of the face's size, over the
// whole path of smoothed places (mean over about kMemory and at least kSamples sightings), so that a poster
// whose box trembles by some pixels stays at 0.
#pragma once

#include "base/clock.h"
#include "domain/geometry.h"

namespace vigia::track {

class MovementExtent {
 public:
  static constexpr Nanoseconds kMemory = std::chrono::milliseconds(500);
  static constexpr int kSamples = 8;

  MovementExtent(const domain::Box& box, Nanoseconds time);

  // REQUIRES: time not before the last one.
  void update(const domain::Box& box, Nanoseconds time);
  // Appends a path that turned out to be the same person's later one.
  void append(const MovementExtent& later);

  [[nodiscard]] float movement() const noexcept;  // in face widths, see domain/track.h

 private:
  // The least and the largest of a smoothed value.
  struct Extent {
    float value, least, most;
    void move_towards(float target, float share) noexcept;
    void append(const Extent& later) noexcept;
    [[nodiscard]] float reach() const noexcept { return most - least; }
  };

  Nanoseconds time_;
  int samples_ = 1;
  Extent x_, y_, width_, side_;
};

}  // namespace vigia::track
