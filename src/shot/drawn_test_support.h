// A frame whose luma is drawn by a function, for this folder's tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "domain/frame.h"

namespace vigia::shot {

struct Drawn {
  Drawn(int width, int height, const std::function<double(int, int)>& luma,
        domain::ColorRange range = domain::ColorRange::full)
      : bytes(static_cast<std::size_t>(width + 7) * static_cast<std::size_t>(height), 255) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x)
        bytes[static_cast<std::size_t>(y * (width + 7) + x)] = static_cast<std::uint8_t>(luma(x, y));
    }
    frame.planes[0] = {bytes.data(), width + 7};
    frame.size = {width, height};
    frame.range = range;
  }
  std::vector<std::uint8_t> bytes;
  domain::Frame frame;
};

}  // namespace vigia::shot
