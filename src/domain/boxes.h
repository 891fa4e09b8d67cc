// What is done with boxes in several places. Threads: pure functions.
#pragma once

#include "domain/geometry.h"

namespace vigia::domain {

// Intersection over union, 0..1; 0 where both are empty.
inline float overlap(const Box& a, const Box& b) {
  const float shared = intersection_area(a, b);
  const float both = a.area() + b.area() - shared;
  return both > 0 ? shared / both : 0;
}

// The same part of another picture of the same view. REQUIRES: `from` is not empty.
inline Box scaled(const Box& box, Size from, Size to) {
  const float x = static_cast<float>(to.width) / static_cast<float>(from.width);
  const float y = static_cast<float>(to.height) / static_cast<float>(from.height);
  return {box.left * x, box.top * y, box.width * x, box.height * y};
}

// How many pixels of the larger picture one of the smaller is, by the side that is enlarged less. REQUIRES:
// `from` is not empty.
inline float enlargement(Size from, Size to) {
  const float x = static_cast<float>(to.width) / static_cast<float>(from.width);
  const float y = static_cast<float>(to.height) / static_cast<float>(from.height);
  return x < y ? x : y;
}

}  // namespace vigia::domain
