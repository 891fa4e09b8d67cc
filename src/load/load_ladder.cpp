#include "load/load_ladder.h"

#include <fmt/format.h>

#include <algorithm>

#include "detect/letterbox.h"

namespace vigia::load {
namespace {

using detect::area;
using domain::Size;

constexpr Size kStandard{640, 384};

constexpr double kFramesPerSecond = 30;
constexpr double kDecodeSeconds = 0.002;
constexpr double kUsualPixels = 1280 * 720;

std::string ordinal(int number) {
  return fmt::format("{}{}", number, number == 2 ? "nd" : number == 3 ? "rd" : "th");
}

// The most that one camera's frames cost.
double max_cost_of(const Level& level) {
  return to_seconds(std::max(level.max_cost, level.cost));
}

double use_at(const Level& level, const Demand& demand, const Machine& machine) {
  const double cost = to_seconds(level.cost);
  return use_of(machine,
                {demand.looks * kFramesPerSecond * cost, demand.decodes * kFramesPerSecond * kDecodeSeconds,
                 demand.most_looks * kFramesPerSecond * max_cost_of(level)});
}

// Chooses when there is nothing to calculate with: no live camera is known.
Choice choose_without_live(std::span<const Level> ladder, const Demand& demand) {
  if (demand.others > 0) return {0, ladder[0].text() + ": no camera is live"};
  std::size_t level = 0;
  while (level + 1 < ladder.size() && ladder[level + 1].step == 1 &&
         area(ladder[level].input) > area(kStandard)) {
    ++level;
  }
  return {level, ladder[level].text() + ": no camera is known yet"};
}

}  // namespace

std::string Level::text() const {
  return step == 1 ? input_text() : fmt::format("{} every {} frame", input_text(), ordinal(step));
}

std::string Level::input_text() const {
  const Size smaller = inputs().least;
  return smaller == input
             ? fmt::format("{}x{}", input.width, input.height)
             : fmt::format("{}x{} to {}x{}", smaller.width, smaller.height, input.width, input.height);
}

double use_of(const Machine& machine, const Work& work) noexcept {
  return std::max({work.look / machine.workers, (work.look + work.rest) / machine.cores, work.busiest});
}

CameraNeed need_of(const pipeline::CameraSettings& camera, Size frame) {
  CameraNeed want{.name = camera.spec.name, .least_face = camera.shot.filter_min_size};
  want.looks = camera.is_live() ? 1.0 / camera.detector_step : 0;
  want.is_known = frame != Size{};
  const domain::Region region = detect::clip_region(camera.rot, want.is_known ? frame : want.looked_at);
  if (!region.whole()) want.looked_at = {region.width, region.height};
  return want;
}

Demand demand_of(std::span<const pipeline::CameraSettings> cameras, const pipeline::CameraSettings& defaults,
                 std::span<const Size> frames) {
  Demand demand;
  if (cameras.empty()) demand.needs.push_back({.least_face = defaults.shot.filter_min_size});
  for (std::size_t i = 0; i < cameras.size(); ++i) {
    const pipeline::CameraSettings& camera = cameras[i];
    if (!camera.source.active) continue;
    const Size frame = frames.empty() ? Size{} : frames[i];
    demand.needs.push_back(need_of(camera, frame));
    if (!camera.is_live()) {
      ++demand.others;
      continue;
    }
    ++demand.live;
    demand.decodes += frame == Size{} ? 1 : static_cast<double>(area(frame)) / kUsualPixels;
    demand.looks += 1.0 / camera.detector_step;
    demand.most_looks = std::max(demand.most_looks, 1.0 / camera.detector_step);
  }
  return demand;
}

Choice choose_level(std::span<const Level> ladder, const Demand& demand, const Machine& machine) {
  if (demand.live == 0) return choose_without_live(ladder, demand);
  std::size_t level = 0;
  while (use_at(ladder[level], demand, machine) > kUseMax && level + 1 < ladder.size() &&
         ladder[level + 1].step == 1) {
    ++level;
  }
  const double use = use_at(ladder[level], demand, machine);
  const double look = demand.looks * kFramesPerSecond * to_seconds(ladder[level].cost) / machine.workers;
  const double busiest = demand.most_looks * kFramesPerSecond * max_cost_of(ladder[level]);
  if (use > kUseMax && busiest >= use) {
    return {level,
            fmt::format("{}: one camera would keep its worker {:.0f} % busy, and there is no smaller one",
                        ladder[level].text(), 100 * use)};
  }
  const bool by_cores = machine.cores < machine.workers || (machine.cores > machine.workers && use > look);
  return {level, fmt::format("{}: {} camera{} would keep {} {} {:.0f} % busy{}; a look takes {:.1f} ms here, "
                             "30 frames a second and {:.1f} ms to decode each are assumed",
                             ladder[level].text(), demand.live, demand.live == 1 ? "" : "s",
                             by_cores ? machine.cores : machine.workers, by_cores ? "cores" : "workers",
                             100 * use, use > kUseMax ? ", and there is no smaller one" : "",
                             1000 * to_seconds(ladder[level].cost),
                             1000 * kDecodeSeconds * demand.decodes / demand.live)};
}

}  // namespace vigia::load
