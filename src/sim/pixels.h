// Small pictures of one kind of pixel, with the operations for painting: shrink and blur.
// Threads: values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vigia::sim {

// width and height pixels, row by row, without gaps.
template <class Pixel>
struct Pixels {
  Pixels() = default;
  Pixels(int of_width, int of_height, Pixel value = {}) { become(of_width, of_height, value); }

  // Resizes and fills with this value. Reuses the memory.
  void become(int of_width, int of_height, Pixel value = {}) {
    width = of_width;
    height = of_height;
    values.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), value);
  }
  [[nodiscard]] Pixel* row(int y) { return values.data() + offset(y); }
  [[nodiscard]] const Pixel* row(int y) const { return values.data() + offset(y); }

  int width = 0, height = 0;
  std::vector<Pixel> values;

 private:
  [[nodiscard]] std::size_t offset(int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
};

using Mask = Pixels<std::uint8_t>;                 // coverage of each pixel, 0..255
using Bgr = Pixels<std::array<std::uint8_t, 3>>;   // blue, green, red
using Yuva = Pixels<std::array<std::uint8_t, 4>>;  // Y, U, V, each multiplied by alpha / 255; alpha

// Means of boxes of factor x factor pixels; a side's last ones may be narrower. REQUIRES: not empty.
Mask shrunk(const Mask& picture, int factor);
Yuva shrunk(const Yuva& picture, int factor);

// Blurs by sigma pixels; nothing below a third of one. What lies outside is as the edge. Cost: 10 ns a pixel,
// whatever sigma is.
void soften(Mask& picture, float sigma);
void soften(Yuva& picture, float sigma);

}  // namespace vigia::sim
