// Places in a picture, in pixels: origin at the top left, x to the right, y downwards.
#pragma once

#include <algorithm>
#include <cmath>

namespace vigia::domain {

struct Size {
  int width = 0;
  int height = 0;
  bool operator==(const Size&) const = default;
};

struct Point {
  float x = 0;
  float y = 0;
};

inline float distance(Point a, Point b) {
  return std::hypot(a.x - b.x, a.y - b.y);
}

struct Box {
  float left = 0;
  float top = 0;
  float width = 0;
  float height = 0;

  [[nodiscard]] float right() const { return left + width; }
  [[nodiscard]] float bottom() const { return top + height; }
  [[nodiscard]] float area() const { return width * height; }
  [[nodiscard]] Point centre() const { return {left + width / 2, top + height / 2}; }
};

inline float intersection_area(const Box& a, const Box& b) {
  const float width = std::min(a.right(), b.right()) - std::max(a.left, b.left);
  const float height = std::min(a.bottom(), b.bottom()) - std::max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0.0F;
}

// A rectangle of whole pixels: WxH+X+Y in settings. Empty (0x0) means the whole picture.
struct Region {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;

  [[nodiscard]] bool whole() const { return width == 0 || height == 0; }
  [[nodiscard]] bool contains(const Box& box) const {
    return whole() || (box.left >= static_cast<float>(left) && box.top >= static_cast<float>(top) &&
                       box.right() <= static_cast<float>(left + width) &&
                       box.bottom() <= static_cast<float>(top + height));
  }
  bool operator==(const Region&) const = default;
};

}  // namespace vigia::domain
