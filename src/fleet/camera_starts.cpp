#include "fleet/camera_starts.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigia::fleet {
namespace {

constexpr double kOver = 2;           // seconds
constexpr double kFrame = 1.0 / 30;   // seconds; most cameras' rate
constexpr double kGolden = 0.618034;  // of a frame
constexpr double kMostFrames = 6;     // whole ones, in addition

bool begins_in_turn(const pipeline::CameraSettings& camera) {
  return camera.source.active && camera.is_live();
}

}  // namespace

std::vector<Nanoseconds> camera_starts(std::span<const pipeline::CameraSettings> cameras) {
  const auto in_turn = std::max<std::ptrdiff_t>(1, std::ranges::count_if(cameras, begins_in_turn));
  const double frames = std::floor(kOver / static_cast<double>(in_turn) / kFrame - kGolden);
  const Nanoseconds apart = from_seconds((std::clamp(frames, 0.0, kMostFrames) + kGolden) * kFrame);
  std::vector<Nanoseconds> starts;
  starts.reserve(cameras.size());
  Nanoseconds next{0};
  for (const auto& camera : cameras) {
    starts.push_back(begins_in_turn(camera) ? std::exchange(next, next + apart) : Nanoseconds::zero());
  }
  return starts;
}

}  // namespace vigia::fleet
