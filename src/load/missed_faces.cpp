#include "load/missed_faces.h"

#include <fmt/format.h>

#include <utility>

namespace vigia::load {
namespace {

constexpr int kNamed = 3;  // cameras, in one line

}  // namespace

FaceReach reach_of(const Level& level, const CameraNeed& want) {
  const domain::Size input = input_of(level, want);
  const int smallest = detect::smallest_face(want.looked_at, input, level.face_in_input);
  return {input, smallest, smallest > want.least_face};
}

std::string reach_text(const Level& level, const CameraNeed& want) {
  const FaceReach reach = reach_of(level, want);
  const std::string input = fmt::format("input {}x{}", reach.input.width, reach.input.height);
  return reach.misses ? fmt::format("{}: faces below {} pixels are mostly missed, and filter_min_size is {}",
                                    input, reach.smallest_face, want.least_face)
                      : fmt::format("{}: faces from {} pixels are found (filter_min_size {})", input,
                                    reach.smallest_face, want.least_face);
}

std::string advice(const Level& level, const CameraNeed& want, bool is_auto) {
  const domain::Size better = detect::input_for(want.looked_at, want.least_face, level.face_in_input);
  const int smallest = detect::smallest_face(want.looked_at, better, level.face_in_input);
  const std::string size = fmt::format("{}x{}", better.width, better.height);
  if (smallest > want.least_face) {
    return fmt::format("even {} finds them from {} pixels only: let it look at a part of the picture (rot)",
                       size, smallest);
  }
  return is_auto ? fmt::format(
                       "{} would find them, but this machine has no time for it: fewer cameras, a larger "
                       "detector_step, or a part of the picture (rot)",
                       size)
                 : fmt::format("detector.input: auto, or {}, finds them", size);
}

std::string missed_text(const Level& level, const Demand& demand) {
  std::string text;
  int cameras = 0;
  for (const CameraNeed& want : demand.needs) {
    if (!want.is_known) continue;
    const FaceReach reach = reach_of(level, want);
    if (!reach.misses || ++cameras > kNamed) continue;
    text += fmt::format("{}{} below {} pixels (filter_min_size {})", cameras == 1 ? "" : ", ", want.name,
                        reach.smallest_face, want.least_face);
  }
  if (cameras == 0) return {};
  if (cameras > kNamed) text += fmt::format(" and {} others", cameras - kNamed);
  return "faces are mostly missed at " + text;
}

CameraOutlook outlook_of(const DetectionEstimate& reckoning,
                         std::span<const pipeline::CameraSettings> cameras,
                         const pipeline::CameraSettings& defaults, std::span<const domain::Size> frames) {
  CameraOutlook outlook;
  outlook.cameras.resize(frames.size());
  const bool is_auto = reckoning.costs.set == domain::Size{};
  const Demand demand = demand_of(cameras, defaults, frames);
  const auto ladder = ladder_for(reckoning.costs, demand);
  Choice choice = is_auto ? choose_level(ladder, demand, reckoning.machine) : Choice{};
  outlook.choice = std::move(choice.why);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i] == domain::Size{}) continue;
    const CameraNeed want = need_of(cameras[i], frames[i]);
    outlook.cameras[i].reach = reach_text(ladder[choice.level], want);
    if (reach_of(ladder[choice.level], want).misses)
      outlook.cameras[i].advice = advice(ladder[choice.level], want, is_auto);
  }
  return outlook;
}

}  // namespace vigia::load
