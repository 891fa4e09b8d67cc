// Colours to paint with, and as cameras send them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace vigia::sim {

// 0..255 each; more is cut when it is painted.
struct Colour {
  double blue = 0, green = 0, red = 0;
  bool operator==(const Colour&) const = default;
};

constexpr Colour operator*(const Colour& colour, double factor) {
  return {colour.blue * factor, colour.green * factor, colour.red * factor};
}
constexpr Colour operator+(const Colour& a, const Colour& b) {
  return {a.blue + b.blue, a.green + b.green, a.red + b.red};
}
constexpr Colour times(const Colour& a, const Colour& b) {
  return {a.blue * b.blue, a.green * b.green, a.red * b.red};
}

inline std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0));
}

// Y, U, V of BT.601, limited range.
inline std::array<std::uint8_t, 3> to_yuv(double b, double g, double r) {
  return {to_byte(16 + 0.257 * r + 0.504 * g + 0.098 * b), to_byte(128 - 0.148 * r - 0.291 * g + 0.439 * b),
          to_byte(128 + 0.439 * r - 0.368 * g - 0.071 * b)};
}

}  // namespace vigia::sim
