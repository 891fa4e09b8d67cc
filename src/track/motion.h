// Where a face was, where it will be, and how far it went. A plain value; cost: a few operations.
//
// Prediction: constant velocity from the last place, for at most kCoast; the velocity is the mean over
// about kVelocityMemory, so that a box that trembles does not fly away.
// Movement: over the whole path of smoothed places (mean over about kPathMemory and at least
// kPathSamples sightings), so that a poster whose box trembles by some pixels stays at 0 for ever: the
// larger of the path's extent in face widths, and the relative change of the face's size.
#pragma once

#include "base/clock.h"
#include "domain/geometry.h"

namespace vigia::track {

class Motion {
 public:
  static constexpr Nanoseconds kCoast = std::chrono::milliseconds(700);
  static constexpr Nanoseconds kVelocityMemory = std::chrono::milliseconds(250);
  static constexpr Nanoseconds kPathMemory = std::chrono::milliseconds(500);
  static constexpr int kPathSamples = 8;

  Motion(const domain::Box& box, Nanoseconds time);

  // REQUIRES: time not before the last one.
  void update(const domain::Box& box, Nanoseconds time);

  [[nodiscard]] const domain::Box& last() const noexcept { return last_; }
  [[nodiscard]] Nanoseconds last_seen() const noexcept { return time_; }
  // Of the last size; may lie outside the picture.
  [[nodiscard]] domain::Box predict(Nanoseconds time) const noexcept;
  [[nodiscard]] float movement() const noexcept;  // in face widths, see domain/track.h

 private:
  // The least and the largest of a smoothed value.
  struct Extent {
    float value, least, most;
    void move_towards(float target, float share) noexcept;
    [[nodiscard]] float reach() const noexcept { return most - least; }
  };

  void update_velocity(domain::Point from, domain::Point to, float seconds) noexcept;

  domain::Box last_;
  Nanoseconds time_;
  int samples_ = 1;
  domain::Point velocity_;  // pixels a second
  Extent x_, y_, width_, side_;
};

}  // namespace vigia::track
