// Distinguishes a living face from a picture of one while both stay where they are: a head turns, nods,
// talks, breathes; a poster, a screen that stands still, a statue do not. For one track.
//
// It compares a square of luma about the face, 5 x 5 parts, with a reference from when the face was first
// clear. For each part it finds the shift (least squares on the gradient: Lucas and Kanade, 1981), with its
// own gain and offset, so that light does not matter. The shift that all parts share is that of the camera or
// the whole head, and is subtracted. What remains, slow and beyond its own fast noise, is change: the median
// of the nine parts in the middle, so that noise and a covered corner do not matter. A moment in which more
// than three parts of either kind look entirely different (somebody passes, a hand), or the detector is less
// sure than before, does not count: later moments are compared with a new reference.
// life() is the change that at least two fifths of the last sixteen slots (a quarter of a second or two
// sightings each) had, at its largest so far: it never falls, and needs four slots. Its unit is that of
// filter_min_movement: 0.1 stands for parts that moved against each other by 0.003 face widths, or 0.3
// pixels if the face has less than 100. Landmarks are not used.
// watched() is how long the face was compared; a low life() means nothing before some seconds of it. A frame
// without a picture changes neither.
//
// Not for a face that walks: its reference is renewed at each quarter of its width, and Motion knows better.
// Cost: at most ten comparisons a second, each 10 to 20 us; 2 KB; no allocation.
// Threads: one thread at a time, the camera's strand.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"
#include "domain/detection.h"
#include "domain/frame.h"

namespace vigia::track {

class Liveness {
 public:
  // REQUIRES: time not before the last one.
  void see(const domain::Frame& frame, const domain::Detection& face, Nanoseconds time) noexcept;

  [[nodiscard]] float life() const noexcept { return life_; }
  [[nodiscard]] Nanoseconds watched() const noexcept { return watched_; }

 private:
  static constexpr int kSide = 30;  // values
  static constexpr int kParts = 5;  // in each direction
  static constexpr std::size_t kAll = std::size_t{kParts} * kParts;
  static constexpr std::size_t kValues = std::size_t{kSide} * kSide;
  static constexpr std::size_t kSlots = 16;

  // How a part differs from the reference, in values of the grid.
  struct Shift {
    domain::Point by;
    float texture = 0;
    bool textured = false;
    bool other = false;  // it shows something else
  };
  using Shifts = std::array<Shift, kAll>;
  struct Part {
    domain::Point last, slow, mean;
    float noise = 0;  // mean square of what changes from look to look
    int looks = 1;
  };
  struct Sums;

  [[nodiscard]] bool is_worth_a_look(const domain::Detection& face, float seconds) noexcept;
  [[nodiscard]] bool is_elsewhere(const domain::Box& box) const noexcept;
  void look_anew(const domain::Frame& frame, const domain::Box& box) noexcept;
  // Follows the face by whole pixels until the rest is small; returns the rest.
  domain::Point align(const domain::Frame& frame, Shifts& shifts) noexcept;
  void compare(const std::array<float, kValues>& now, Shifts& shifts) const noexcept;
  [[nodiscard]] Shift shift_of(std::size_t part, const std::array<float, kValues>& now) const noexcept;
  [[nodiscard]] float change(const Shifts& shifts, domain::Point common, float seconds) noexcept;
  void add_to_slot(float change, float seconds) noexcept;

  std::array<std::uint8_t, kValues> reference_{};
  std::array<Part, kAll> parts_{};
  int left_ = 0, top_ = 0;  // of the square, in the frame
  float step_ = 0;          // pixels between two values; 0: there is no reference
  float width_ = 0;         // of the face
  domain::Point centre_;
  Nanoseconds time_{0};
  Nanoseconds watched_{0};
  float best_score_ = 0;  // falls slowly
  std::array<float, kSlots> slots_{};
  std::size_t slots_filled_ = 0;  // ever
  float slot_sum_ = 0, slot_seconds_ = 0;
  int slot_looks_ = 0;
  float life_ = 0;
};

}  // namespace vigia::track
