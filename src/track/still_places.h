// Remembers where a camera sees pictures of faces: posters, screens, statues. A face that is seen for a
// moment only, at such a place, and looks like the one before, is that picture again.
//
// The rule: a place holds a picture if its box has its centre within 0.2 widths and its size within a factor
// of 1.25 of one that was remembered, its colours and those below it are within 8 of 255, and at least two
// thirds of the picture's parts that show anything look the same (correlation of at least 0.85 in each of
// nine parts, moved by up to a twelfth of the face), so that light, noise, a trembling box and a covered
// corner do not matter; a person who stands in front of it has another box or another face. A match by chance
// is rare, not impossible: call holds() only for tracks that show no life and no movement. Remember a place
// each time a track is judged still, and each time holds() is true, so that it follows slow changes of light;
// forget() it if the face there turns out to live. A place that was not remembered again for kForgotten is
// not used; the one not seen for longest gives way to the 33rd.
//
// Without a picture nothing is remembered and nothing is held: a person who stands still must not be lost.
// Cost: take_picture() 2 us, the rest under 1 us for each place near; 6 KB for each camera, no allocation.
// Threads: one thread at a time, the camera's strand.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "domain/frame.h"
#include "domain/geometry.h"

namespace vigia::track {

// A coarse picture of a face, and its place. Empty (box of no width): the frame had no picture.
struct StillPicture {
  static constexpr int kSide = 14;  // the face is the inner 12 x 12
  domain::Box box;
  std::array<std::uint8_t, std::size_t{kSide} * kSide> luma{};
  std::array<float, 4> colours{};  // mean U and V of the face's middle, and of what is below the face

  [[nodiscard]] bool empty() const noexcept { return !(box.width > 0 && box.height > 0); }
};

[[nodiscard]] StillPicture take_picture(const domain::Frame& frame, const domain::Box& box) noexcept;
// The share of the parts of `known` that show anything, of nine, that looks the same in `now`; 0: fewer than
// five show anything.
[[nodiscard]] float sameness(const StillPicture& known, const StillPicture& now) noexcept;

// The rule above for two pictures: the same face at the same place.
[[nodiscard]] bool shows_the_same(const StillPicture& known, const StillPicture& now) noexcept;

class StillPlaces {
 public:
  static constexpr std::size_t kMost = 32;
  static constexpr Nanoseconds kForgotten = std::chrono::hours(12);

  void remember(const StillPicture& picture, Nanoseconds now) noexcept;
  void forget(const StillPicture& picture) noexcept;
  [[nodiscard]] bool holds(const StillPicture& picture, Nanoseconds now) const noexcept;
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

 private:
  struct Place {
    StillPicture picture;
    Nanoseconds seen{0};
  };
  [[nodiscard]] std::optional<std::size_t> find(const StillPicture& picture) const noexcept;

  std::array<Place, kMost> places_;
  std::size_t count_ = 0;
};

}  // namespace vigia::track
