// A face that a detector found in a frame, in that frame's pixels.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "domain/geometry.h"

namespace vigia::domain {

// As seen in the picture from left to right.
struct Landmarks {
  Point right_eye, left_eye, nose, mouth_right, mouth_left;
};

struct Detection {
  Box box;
  float score = 0;                     // 0..1, the detector's own
  std::optional<Landmarks> landmarks;  // none: the detector does not give them
};

}  // namespace vigia::domain
