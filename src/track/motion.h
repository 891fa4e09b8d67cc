// Forecasts where a face should be, and how sure that is: a Kalman filter over its centre, its size and its
// shape, each with a constant velocity that is disturbed at random (white noise acceleration; Bar-Shalom,
// Li, Kirubarajan, Estimation with Applications to Tracking and Navigation, 6.2.2).
//
// All is in units of the face, because a near person moves more pixels in the same time. The state is that of
// the last sighting and a forecast starts from there, so a long gap adds uncertainty and no error. When a
// face is found again after a gap, the filter is first led through the gap in a straight line (OC-SORT's
// re-update, Cao et al. 2023), so that the velocity is that of the gap, not that before it.
//
// Units: pixels, seconds of stream time. Cost: some 50 ns a call; no allocation.
// Threads: a value; one thread at a time.
#pragma once

#include "base/clock.h"
#include "domain/geometry.h"

namespace vigia::track {

// The expected face at one moment.
struct Forecast {
  domain::Point centre;
  float size = 0;          // the mean side: square root of the area
  float centre_sigma = 0;  // standard deviation of a sighting's centre, each axis, in pixels
  float size_sigma = 0;    // of the logarithm of its size

  // The distance of a sighting from it, in squared standard deviations: three degrees of freedom (x, y,
  // size), so one sighting in a hundred is beyond 11.3. Not finite for an invalid box.
  [[nodiscard]] float distance(const domain::Box& box) const noexcept;
  // The uncertainty of the centre in face sizes.
  [[nodiscard]] float spread() const noexcept { return size > 0 ? centre_sigma / size : 0; }
};

[[nodiscard]] float mean_side(const domain::Box& box) noexcept;

class Motion {
 public:
  Motion(const domain::Box& box, Nanoseconds time) noexcept;

  // REQUIRES: time not before the last one. noise: above 1 the box is trusted less than usual (weak
  // detections tremble). interval: between two frames, approximate; the filter is led through longer gaps.
  void update(const domain::Box& box, Nanoseconds time, Nanoseconds interval, float noise = 1) noexcept;

  [[nodiscard]] const domain::Box& last() const noexcept { return last_; }
  [[nodiscard]] Nanoseconds last_seen() const noexcept { return time_; }
  [[nodiscard]] domain::Point velocity() const noexcept { return {x_.velocity, y_.velocity}; }  // a second
  [[nodiscard]] Forecast forecast(Nanoseconds time) const noexcept;

 private:
  // One coordinate's place and velocity; the covariance is kept beside it, as x and y share theirs.
  struct Axis {
    float place = 0, velocity = 0;
  };
  struct Covariance {
    float place = 0, both = 0, velocity = 0;
    [[nodiscard]] Covariance after(float seconds, float acceleration) const noexcept;
  };
  void step(domain::Point centre, float log_size, float seconds, float noise) noexcept;

  domain::Box last_;
  Nanoseconds time_;
  Axis x_, y_, log_size_;
  Covariance centre_variance_, size_variance_;  // pixels squared; squared logarithms
};

}  // namespace vigia::track
