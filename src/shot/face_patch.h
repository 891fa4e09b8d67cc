// A face's luma at a fixed size, so that measurements on it do not depend on the size of the face.
//
//   FacePatch patch;
//   if (patch.read(box, frame)) use(patch.at(x, y));
//
// Each of its pixels is the mean of the area that it covers, exact to a fraction of a pixel; if that is less
// than a pixel of the frame, the mean over one pixel's width, which is linear interpolation. Luma is full
// range. Reads at most kRowsRead rows of a large face for each row of the patch, and kColumnsRead columns in
// all, evenly spaced, which bounds the cost. Cost: 5 KB on the stack, no allocation. Threads: a value.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "domain/frame.h"
#include "domain/geometry.h"

namespace vigia::shot {

inline constexpr int kPatchWidth = 32;
inline constexpr int kPatchHeight = 40;
inline constexpr int kRowsRead = 6;
inline constexpr int kColumnsRead = 192;

class FacePatch {
 public:
  // Reads the part of the box that lies inside the frame. False, and the patch unchanged, if that is smaller
  // than 3x3 pixels or not finite.
  [[nodiscard]] bool read(const domain::Box& box, const domain::Frame& frame);

  [[nodiscard]] float at(int x, int y) const { return luma_[static_cast<std::size_t>(y * kPatchWidth + x)]; }

  [[nodiscard]] std::span<const float, kPatchWidth> row(int y) const {
    return std::span<const float, kPatchWidth>(luma_.data() + static_cast<std::ptrdiff_t>(y) * kPatchWidth,
                                               kPatchWidth);
  }

  // The mean around a point of the frame, over `radius` pixels of the frame to each side and at least one
  // pixel of the patch. A point outside counts as the nearest one inside.
  [[nodiscard]] float mean_around(domain::Point point, float radius) const;

 private:
  std::array<float, static_cast<std::size_t>(kPatchWidth) * kPatchHeight> luma_{};
  domain::Box read_{};  // what the patch shows
};

}  // namespace vigia::shot
