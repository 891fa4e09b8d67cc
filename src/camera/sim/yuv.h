// Colours as cameras send them: BT.601, limited range.
#pragma once

#include <opencv2/core.hpp>

namespace vigia::camera::sim {

inline cv::Vec3b to_yuv(double b, double g, double r) {
  return {cv::saturate_cast<std::uint8_t>(16 + 0.257 * r + 0.504 * g + 0.098 * b),
          cv::saturate_cast<std::uint8_t>(128 - 0.148 * r - 0.291 * g + 0.439 * b),
          cv::saturate_cast<std::uint8_t>(128 + 0.439 * r - 0.368 * g - 0.071 * b)};
}

}  // namespace vigia::camera::sim
