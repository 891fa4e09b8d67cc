// Makes a square picture of fixed size out of a part of a plane: each value is the mean of its area or, if
// that is less than a pixel, interpolated between the nearest two. Outside the plane its edge is repeated.
// Not every pixel of a large part is read: at most about eight rows and columns for each value, spread
// evenly. Cost: 20 to 60 us for 64x64 values, whatever the part's size; no allocation. Threads: pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "domain/geometry.h"

namespace vigia::appearance {

// A plane, or one of two that are interleaved in it: step bytes from one value to the next.
struct Samples {
  const std::uint8_t* data = nullptr;
  std::ptrdiff_t stride = 0;
  std::ptrdiff_t step = 1;
  domain::Size size;
};

template <std::size_t Side>
using Patch = std::array<float, Side * Side>;  // row by row, 0..255

// `part` in the plane's own pixels. REQUIRES: side <= 128; part is finite, its sides are above 0 and below
// 2^20; the plane has a pixel. Writes side x side values.
void resample(const Samples& from, const domain::Box& part, int side, float* out) noexcept;

}  // namespace vigia::appearance
