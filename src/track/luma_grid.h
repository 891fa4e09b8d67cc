// Reads a square of a frame's luma as a coarse grid, each value a mean over its cell's area.
// Use it to compare one place at two times. Outside the picture its edge is repeated.
// Cost: 16 reads a value, whatever the square's size. Threads: pure.
#pragma once

#include <span>

#include "domain/frame.h"

namespace vigia::track {

struct GridPlace {
  float left = 0, top = 0;
  float step_x = 1, step_y = 1;  // pixels from one value to the next
};

inline constexpr int kMaxGridSide = 32;

// REQUIRES: side at most kMaxGridSide, into.size() == side * side, planes[0].data, a picture of some size.
void sample_luma(const domain::Frame& frame, const GridPlace& place, int side,
                 std::span<float> into) noexcept;

}  // namespace vigia::track
