// How a picture must be turned to stand upright: one of the eight ways in which EXIF, display matrices and
// the setting video_transform can say it. Threads: a value; pure functions.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace vigia::domain {

class Orientation {
 public:
  constexpr Orientation() = default;  // upright: nothing is to be done
  // First flipped, if so (the top row becomes the last); then turned clockwise by so many quarters.
  constexpr Orientation(int quarters, bool flipped) : quarters_(quarters & 3), flipped_(flipped) {}

  // This one, and then the next.
  [[nodiscard]] constexpr Orientation then(Orientation next) const noexcept {
    const int turned = next.flipped_ ? -quarters_ : quarters_;
    return {next.quarters_ + turned, flipped_ != next.flipped_};
  }
  [[nodiscard]] constexpr bool upright() const noexcept { return quarters_ == 0 && !flipped_; }
  [[nodiscard]] constexpr int quarters() const noexcept { return quarters_; }
  [[nodiscard]] constexpr bool flipped() const noexcept { return flipped_; }
  // Width becomes height.
  [[nodiscard]] constexpr bool swaps_sides() const noexcept { return (quarters_ & 1) != 0; }
  constexpr bool operator==(const Orientation&) const = default;

 private:
  int quarters_ = 0;
  bool flipped_ = false;
};

// The words of the setting video_transform, ours and FindFace's, in lower case and in the order of EXIF's tag
// Orientation, from 1 to 8.
inline constexpr std::array<std::pair<std::string_view, Orientation>, 14> kOrientationWords{
    {{"", {0, false}},
     {"none", {0, false}},
     {"mirror", {2, true}},
     {"fliphorizontal", {2, true}},
     {"rotate_180", {2, false}},
     {"rotate180", {2, false}},
     {"flip", {0, true}},
     {"flipvertical", {0, true}},
     {"transpose", {1, true}},
     {"rotate_90", {1, false}},
     {"rotate90", {1, false}},
     {"transverse", {3, true}},
     {"rotate_270", {3, false}},
     {"rotate270", {3, false}}}};

// Whatever the case; nothing: unknown.
inline std::optional<Orientation> orientation_of(std::string_view text) {
  const std::string word = lower(text);
  for (const auto& [known, orientation] : kOrientationWords) {
    if (word == known) return orientation;
  }
  return std::nullopt;
}

}  // namespace vigia::domain
