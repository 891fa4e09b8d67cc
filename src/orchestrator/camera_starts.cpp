#include "orchestrator/camera_starts.h"

#include <algorithm>
#include <utility>

#include "orchestrator/load_ladder.h"

namespace vigia::orchestrator {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kOver = 2s;
constexpr Nanoseconds kLeastApart = 20ms;
constexpr Nanoseconds kMostApart = 250ms;

bool begins_in_turn(const settings::CameraSettings& camera) {
  return camera.source.active && is_live(camera);
}

}  // namespace

std::vector<Nanoseconds> camera_starts(std::span<const settings::CameraSettings> cameras) {
  const auto in_turn = std::max<std::ptrdiff_t>(1, std::ranges::count_if(cameras, begins_in_turn));
  const Nanoseconds apart = std::clamp(kOver / in_turn, kLeastApart, kMostApart);
  std::vector<Nanoseconds> starts;
  starts.reserve(cameras.size());
  Nanoseconds next{0};
  for (const auto& camera : cameras) {
    starts.push_back(begins_in_turn(camera) ? std::exchange(next, next + apart) : Nanoseconds::zero());
  }
  return starts;
}

}  // namespace vigia::orchestrator
