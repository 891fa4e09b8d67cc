#include "orchestrator/load_ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vigia::orchestrator {
namespace {

using domain::Size;

constexpr Size kStandard{640, 384};
constexpr std::array kInputs{Size{1280, 736}, Size{960, 544}, kStandard, Size{480, 288}, Size{320, 192}};
constexpr std::array kSteps{2, 3, 4, 6, 8};
constexpr int kSmallFace = 40, kTinyFace = 25;  // pixels

constexpr double kFramesPerSecond = 30;
constexpr double kDecodeSeconds = 0.002;

int area(Size size) {
  return size.width * size.height;
}

std::string ordinal(int number) {
  return fmt::format("{}{}", number, number == 2 ? "nd" : number == 3 ? "rd" : "th");
}

double use_at(const Level& level, const Crowd& crowd, const Machine& machine) {
  const double cost = to_seconds(level.cost);
  return use_of(machine,
                {crowd.looks * kFramesPerSecond * cost, crowd.decodes * kFramesPerSecond * kDecodeSeconds,
                 crowd.most_looks * kFramesPerSecond * cost});
}

// Where nothing can be reckoned: nobody to reckon with is there.
Choice choose_without_live(std::span<const Level> ladder, const Crowd& crowd) {
  if (crowd.others > 0) return {0, ladder[0].text() + ": no camera is in a hurry"};
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
  return input == Size{} ? std::string("the cascade") : fmt::format("{}x{}", input.width, input.height);
}

double use_of(const Machine& machine, const Work& work) noexcept {
  return std::max({work.look / machine.workers, (work.look + work.rest) / machine.cores, work.busiest});
}

bool is_live(const settings::CameraSettings& camera) noexcept {
  return !camera.source.disable_drops && camera.source.play_speed >= 0 && camera.source.play_speed <= 1;
}

Crowd crowd_of(std::span<const settings::CameraSettings> cameras, const settings::CameraSettings& defaults) {
  Crowd crowd;
  crowd.least_face = cameras.empty() ? defaults.shot.filter_min_size : 8192;
  for (const auto& camera : cameras) {
    crowd.least_face = std::min(crowd.least_face, camera.shot.filter_min_size);
    if (!camera.source.active) continue;
    if (!is_live(camera)) {
      ++crowd.others;
      continue;
    }
    ++crowd.live;
    ++crowd.decodes;
    crowd.looks += 1.0 / camera.detector_step;
    crowd.most_looks = std::max(crowd.most_looks, 1.0 / camera.detector_step);
  }
  return crowd;
}

std::vector<Size> auto_inputs(int least_face) {
  const Size largest = least_face < kTinyFace ? kInputs[0] : least_face < kSmallFace ? kInputs[1] : kStandard;
  return {std::ranges::find(kInputs, largest), kInputs.end()};
}

std::vector<Size> reduced_inputs(Size input) {
  std::vector<Size> sizes{input};
  std::ranges::copy_if(kInputs, std::back_inserter(sizes),
                       [&](Size size) { return area(size) < area(input) && area(size) <= area(kStandard); });
  return sizes;
}

void add_steps(std::vector<Level>& ladder) {
  Level last = ladder.back();
  for (const int step : kSteps) {
    last.step = step;
    ladder.push_back(last);
  }
}

Choice choose_level(std::span<const Level> ladder, const Crowd& crowd, const Machine& machine) {
  if (crowd.live == 0) return choose_without_live(ladder, crowd);
  std::size_t level = 0;
  while (use_at(ladder[level], crowd, machine) > kUseMax && level + 1 < ladder.size() &&
         ladder[level + 1].step == 1) {
    ++level;
  }
  const double use = use_at(ladder[level], crowd, machine);
  const double look = crowd.looks * kFramesPerSecond * to_seconds(ladder[level].cost) / machine.workers;
  const double busiest = crowd.most_looks * kFramesPerSecond * to_seconds(ladder[level].cost);
  if (use > kUseMax && busiest >= use) {
    return {level,
            fmt::format("{}: one camera would keep its worker {:.0f} % busy, and there is no smaller one",
                        ladder[level].text(), 100 * use)};
  }
  const bool by_cores = machine.cores < machine.workers || (machine.cores > machine.workers && use > look);
  return {level, fmt::format("{}: {} camera{} would keep {} {} {:.0f} % busy{}; a look takes {:.1f} ms here, "
                             "30 frames a second and {:.1f} ms to decode each are assumed; for small faces "
                             "in frames larger than 720p "
                             "set detector.input",
                             ladder[level].text(), crowd.live, crowd.live == 1 ? "" : "s",
                             by_cores ? machine.cores : machine.workers, by_cores ? "cores" : "workers",
                             100 * use, use > kUseMax ? ", and there is no smaller one" : "",
                             1000 * to_seconds(ladder[level].cost),
                             1000 * kDecodeSeconds * crowd.decodes / crowd.live)};
}

}  // namespace vigia::orchestrator
