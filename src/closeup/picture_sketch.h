// A picture as 48x27 brightnesses, to tell whether two pictures show the same view at the same moment,
// whatever their sizes. Of two streams of one camera, the sketches of the same moment are nearly equal; those
// of other moments differ where something moved; those of another view differ everywhere.
//
// Each value is the mean of its part of the picture, over kRowsRead of its rows, with the fractions of pixels
// at its sides: the same part at any size. They are shifted and scaled to mean 0 and deviation 1, so
// brightness and contrast, in which two encoders may differ, do not count. Cost: 0.3 ms for 1080p, no
// allocation. Threads: values, pure functions.
#pragma once

#include <array>
#include <cstddef>

#include "domain/frame.h"

namespace vigia::closeup {

struct PictureSketch {
  static constexpr int kColumns = 48;
  static constexpr int kRows = 27;
  static constexpr int kRowsRead = 8;
  std::array<float, static_cast<std::size_t>(kColumns) * kRows> values{};
};

PictureSketch sketch_of(const domain::Frame& frame);

// Their correlation: 1 for the same picture, about 0 for unrelated ones; 0 if one has a single brightness,
// since its values are all 0.
double likeness(const PictureSketch& a, const PictureSketch& b) noexcept;

}  // namespace vigia::closeup
