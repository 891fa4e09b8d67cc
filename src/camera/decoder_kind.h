// Where a camera's pictures are decoded. Threads: pure functions.
#pragma once

#include <string_view>

namespace vigia::camera {

enum class DecoderKind {
  software,  // on the CPU
  vaapi,     // on an Intel or AMD GPU
  cuda,      // on an NVIDIA GPU (NVDEC)
};

constexpr std::string_view to_string(DecoderKind kind) noexcept {
  switch (kind) {
    case DecoderKind::software:
      return "software";
    case DecoderKind::vaapi:
      return "vaapi";
    case DecoderKind::cuda:
      return "cuda";
  }
  return "?";
}

}  // namespace vigia::camera
