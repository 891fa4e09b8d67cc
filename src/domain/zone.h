// A part of the picture as the settings rot and roi give it: in pixels, or in percent of the picture's width
// and height, which is right at every size. Empty (0x0) means the whole picture. Threads: a value; pure
// functions.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "domain/geometry.h"

namespace vigia::domain {

struct Zone {
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;
  bool percent = false;  // 0..100; false: whole pixels, 0..65536

  static Zone of(const Region& region) {
    return {static_cast<double>(region.left), static_cast<double>(region.top),
            static_cast<double>(region.width), static_cast<double>(region.height)};
  }
  [[nodiscard]] bool whole() const { return width == 0 || height == 0; }
  // Its pixels in a picture of this size; empty: all. Pixels are not cut at the picture's edges.
  [[nodiscard]] Region in(Size picture) const;
  // The same part of a picture of this size, in percent, to a tenth.
  [[nodiscard]] Zone in_percent(Size picture) const;
  // No part of it is outside.
  [[nodiscard]] bool fits(Size picture) const {
    return percent || whole() || (left + width <= picture.width && top + height <= picture.height);
  }
  // No part of it is inside.
  [[nodiscard]] bool misses(Size picture) const {
    return !percent && !whole() && (left >= picture.width || top >= picture.height);
  }
  bool operator==(const Zone&) const = default;
};

// As settings write it: WxH+X+Y, each number with a percent sign if it is one.
inline std::string to_text(const Zone& zone) {
  std::array<char, 128> text{};
  const char* const form = zone.percent ? "%g%%x%g%%+%g%%+%g%%" : "%gx%g+%g+%g";
  std::snprintf(text.data(), text.size(), form, zone.width, zone.height, zone.left, zone.top);  // NOLINT
  return text.data();
}

inline Region Zone::in(Size picture) const {
  if (whole()) return {};
  const double x = percent ? picture.width / 100.0 : 1, y = percent ? picture.height / 100.0 : 1;
  const auto pixel = [](double at) { return static_cast<int>(std::lround(at)); };
  const int from_x = pixel(left * x), from_y = pixel(top * y);
  return {from_x, from_y, std::max(1, pixel((left + width) * x) - from_x),
          std::max(1, pixel((top + height) * y) - from_y)};
}

inline Zone Zone::in_percent(Size picture) const {
  if (percent || whole()) return *this;
  const auto part = [](double length, int all) { return std::round(length * 1000 / all) / 10; };
  const double from_x = part(left, picture.width), from_y = part(top, picture.height);
  return {from_x, from_y, std::min(part(width, picture.width), 100 - from_x),
          std::min(part(height, picture.height), 100 - from_y), true};
}

}  // namespace vigia::domain
