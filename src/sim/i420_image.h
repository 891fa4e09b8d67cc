// A picture as three planes, 8 bits, 4:2:0, limited range: what the painter paints and the encoder takes.
#pragma once

#include <cstdint>
#include <vector>

#include "domain/geometry.h"

namespace vigia::sim {

struct I420Image {
  explicit I420Image(domain::Size of)  // even numbers
      : size(of), y(pixels(of)), u(pixels(of) / 4), v(pixels(of) / 4) {}

  [[nodiscard]] int luma_stride() const { return size.width; }
  [[nodiscard]] int chroma_stride() const { return size.width / 2; }

  domain::Size size;
  std::vector<std::uint8_t> y, u, v;

 private:
  static std::size_t pixels(domain::Size of) {
    return static_cast<std::size_t>(of.width) * static_cast<std::size_t>(of.height);
  }
};

}  // namespace vigia::sim
